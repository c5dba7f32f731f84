/**
 * Has what imports Node's `http` ask for it by `require`. An import reads every export, and `http.WebSocket` loads
 * all of undici when it is read: 50 ms of CPU time for what nobody here uses.
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
