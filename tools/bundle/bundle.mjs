import path from 'node:path';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { inPlace } from './in-place.mjs';
import { lazyHttp } from './lazy-http.mjs';
import { keepsNames, trimNames } from './names.mjs';
import { outside } from './outside.mjs';
import { trimSourceMap } from './source-map.mjs';

export const root = path.resolve(import.meta.dirname, '../..');

/**
 * Nest's decorators need `reflect-metadata` before any of them runs, and the order in which shared files run is not
 * that of the imports; an import of each file's own comes first. CommonJS packages ask for `require`.
 */
const banner =
  "import 'reflect-metadata'; import { createRequire as __createRequire } from 'node:module'; " +
  "import { fileURLToPath as __fileURLToPath } from 'node:url'; " +
  'const require = __createRequire(import.meta.url), __bundled = import.meta.url;';

/**
 * Puts a program and the packages it uses into few files: most of a start is finding, reading and linking a thousand.
 * What is imported on demand stays apart, and is loaded on demand.
 *
 * @param {string} entry the program, compiled
 * @param {string} outdir where it goes, with one file more for each part that is shared or loaded on demand
 * @param {(file: string, source: string) => string} [edit] changes a file's source on its way
 */
export async function bundle(entry, outdir, edit = (_file, source) => source) {
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { outputFiles } = await build({
    write: false,
    absWorkingDir: root,
    entryPoints: [entry],
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.15',
    // As Node itself resolves: without this the `module` condition, which is for bundlers alone, would count.
    conditions: [],
    external: ['reflect-metadata', ...Object.keys(devDependencies)],
    plugins: [lazyHttp(), outside(), inPlace(outdir, edit)],
    banner: { js: banner },
    // Names of classes are in logs, headers and metrics, and files that share a scope give some of them new ones.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  if (!outputFiles.some(({ text }) => keepsNames(text)))
    throw new Error('esbuild keeps names in another way');
  mkdirSync(outdir, { recursive: true });
  for (const { path: file, text } of outputFiles) {
    writeFileSync(file, file.endsWith('.map') ? trimSourceMap(text, isOurs) : trimNames(text));
  }
}

function isOurs(source) {
  return !source.includes('node_modules/');
}
