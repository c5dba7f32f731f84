import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Fields of a package.json that only packages with a native part have. */
const NATIVE = ['napi', 'binary', 'gypfile'];
const asked = Symbol('asked already');

/**
 * Excludes from a bundle, to be resolved at run time: packages that are not installed, which Nest requires only
 * if they are used, and native packages.
 *
 * @returns {import('esbuild').Plugin}
 */
export function outside() {
  return {
    name: 'outside',
    setup: ({ onResolve, resolve }) =>
      onResolve({ filter: /^[^./]/ }, async ({ path: name, pluginData, ...from }) => {
        if (pluginData === asked) return undefined;
        const found = await resolve(name, { ...from, pluginData: asked });
        if (found.external) return undefined;
        return found.errors.length > 0 || isNative(found.path) ? { path: name, external: true } : undefined;
      }),
  };
}

/** Whether the package that a file belongs to has a native part. */
function isNative(file) {
  const folder = path.dirname(file);
  const manifest = path.join(folder, 'package.json');
  const about = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
  if (about.name === undefined && folder !== path.dirname(folder)) return isNative(folder);
  return NATIVE.some((sign) => sign in about);
}
