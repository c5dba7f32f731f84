/**
 * Preloaded into `dist/src/main.js`: puts the test's handler in the place of the service's own features, so that
 * everything else, the start and the stop above all, is what is deployed. REPLACEMENT_PROCESSING names another
 * file's handler, from this folder.
 */
import { registerHooks } from 'node:module';

const { REPLACEMENT_PROCESSING = './processing.mjs' } = process.env;
const replacement = new URL(REPLACEMENT_PROCESSING, import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('/processing.module.js')
      ? { url: replacement, format: 'module', shortCircuit: true }
      : next(specifier, context),
});
