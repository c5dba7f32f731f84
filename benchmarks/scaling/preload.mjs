/**
 * Preloaded into `dist/src/main.js`: puts the benchmark's handler in the place of the service's own features, so that
 * everything else is what is deployed.
 */
import { registerHooks } from 'node:module';

const replacement = new URL('./processing.mjs', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('/processing.module.js')
      ? { url: replacement, format: 'module', shortCircuit: true }
      : next(specifier, context),
});
