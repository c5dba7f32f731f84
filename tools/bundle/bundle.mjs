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
 * Nest's decorators need `reflect-metadata` before any of them runs. The order in which shared files run is not
 * that of the imports, so each file imports it first. CommonJS packages need `require`.
 */
const banner =
  "import 'reflect-metadata'; import { createRequire as __createRequire } from 'node:module'; " +
  "import { fileURLToPath as __fileURLToPath } from 'node:url'; " +
  'const require = __createRequire(import.meta.url), __bundled = import.meta.url;';

/**
 * Bundles a program and its packages into few files: finding, reading and linking a thousand files takes most of the
 * startup time. Dynamic imports stay separate files that are loaded on demand.
 *
 * @param {string} entry the compiled program
 * @param {string} outdir the output folder; it also gets one file per shared or dynamically imported part
 * @param {(file: string, source: string) => string} [edit] changes the source of a file before it is bundled
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
    // Resolve like Node: without this, esbuild would use the `module` condition, which is only for bundlers.
    conditions: [],
    external: ['reflect-metadata', ...Object.keys(devDependencies)],
    plugins: [lazyHttp(), outside(), inPlace(outdir, edit)],
    banner: { js: banner },
    // Class names appear in logs, headers and metrics; bundling renames some of them, so restore them.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  if (!outputFiles.some(({ text }) => keepsNames(text)))
    throw new Error('this version of esbuild implements keepNames differently');
  mkdirSync(outdir, { recursive: true });
  for (const { path: file, text } of outputFiles) {
    writeFileSync(file, file.endsWith('.map') ? trimSourceMap(text, isOurs) : trimNames(text));
  }
}

function isOurs(source) {
  return !source.includes('node_modules/');
}
