import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Lets each file of a bundle find its neighbours, such as a worker's script, at their original place: expressions for
 * the file's own path still return the original path. The bundle must not be moved relative to the original files.
 *
 * @param {string} outdir the output folder of the bundle
 * @param {(file: string, source: string) => string} edit changes the source of a file before that
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

/** `__bundled` and `__fileURLToPath` are defined in the banner of every file of the bundle. */
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
  // On the first line, so that the lines of the source map stay correct.
  return asked.map(([name, value]) => `var ${name} = ${value}; `).join('') + answered;
}
