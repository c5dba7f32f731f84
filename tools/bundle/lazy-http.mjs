/**
 * Replaces imports of Node's `http` by `require`. An import reads every export, and reading `http.WebSocket` loads
 * all of undici: 50 ms of CPU time for an export that is not used.
 *
 * @returns {import('esbuild').Plugin}
 */
export function lazyHttp() {
  return {
    name: 'lazy-http',
    setup: ({ onLoad, onResolve }) => {
      onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
        kind === 'import-statement' ? { path: 'node:http', namespace: 'required' } : undefined,
      );
      onLoad({ filter: /^/, namespace: 'required' }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
      }));
    },
  };
}
