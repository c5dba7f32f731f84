/**
 * Returns a test for paths relative to the build context, by Docker's rules: `*` stops at a slash, `**` does
 * not, a pattern covers what lies below it, and of all patterns that match the last one decides.
 *
 * @param {string} text the content of a .dockerignore
 * @returns {(path: string) => boolean} whether a path is left out of the build context
 */
export function dockerignore(text) {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      ignores: !line.startsWith('!'),
      pattern: toRegExp(line.replace(/^!/, '').replace(/^\/|\/$/g, '')),
    }));
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.ignores ?? false;
}

const WILDCARDS = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

function toRegExp(glob) {
  const source = glob.replace(/\*\*\/|\*\*|[*?]|[.+^${}()|[\]\\]/g, (part) => WILDCARDS[part] ?? `\\${part}`);
  return new RegExp(`^${source}(?:/.*)?$`);
}
