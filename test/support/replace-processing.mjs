import { registerHooks } from 'node:module';

/**
 * Replaces the service's own features by other handlers while the service's files load; everything else is
 * as deployed. For files that are preloaded into `dist/src/main.js` or `dist/src/cli.js`.
 *
 * @param {string | URL} replacement a module with a `ProcessingModule`
 */
export function replaceProcessing(replacement) {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.endsWith('/processing.module.js')
        ? { url: String(replacement), format: 'module', shortCircuit: true }
        : next(specifier, context),
  });
}
