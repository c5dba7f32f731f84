/**
 * Returns a test for paths relative to the build context, with Docker's rules: `*` does not match a slash, `**` does, a
 * pattern covers everything below it, and the last matching pattern decides.
 *
 * @param {string} text the content of a .dockerignore
 * @returns {(path: string) => boolean} whether a path is excluded from the build context
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
