import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Has each file of a bundle find its neighbours, such as a worker's script, where they have stayed: what it asks for
 * its own place by is answered as if it were there still. The bundle must not be moved against them.
 *
 * @param {string} outdir where the bundle goes
 * @param {(file: string, source: string) => string} edit changes a file's source before
 * @returns {import('esbuild').Plugin}
 */
export function inPlace(outdir, edit) {
  return {
    name: 'in-place',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.[cm]?js$/ }, ({ path: file }) => {
        const source = readFileSync(file, 'utf8');
        const changed = placed(edit(file, source), path.relative(outdir, file));
        return changed === source ? undefined : { contents: changed, loader: 'js' };
      }),
  };
}

/** `__bundled` and `__fileURLToPath` are in the head of every file of the bundle. */
function placed(source, relative) {
  const url = `new URL(${JSON.stringify(relative.split(path.sep).join('/'))}, __bundled)`;
  const file = `__fileURLToPath(${url})`;
  const folder = `__fileURLToPath(new URL('.', ${url}))`;
  const answered = source
    .replaceAll('import.meta.url', `${url}.href`)
    .replaceAll('import.meta.filename', file)
    .replaceAll('import.meta.dirname', folder);
  const asked = [
    ['__filename', file],
    ['__dirname', folder],
  ].filter(([name]) => new RegExp(`\\b${name}\\b`).test(source));
  // On the first line, so that no line of the source map moves.
  return asked.map(([name, value]) => `var ${name} = ${value}; `).join('') + answered;
}
