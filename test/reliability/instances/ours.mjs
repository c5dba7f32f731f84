/** Preloaded into `dist/src/main.js`: puts the harness's handlers in the place of the service's own features. */
import { registerHooks } from 'node:module';

await import('./vitals.mjs');

const replacement = new URL('./ours-processing.mjs', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('/processing.module.js')
      ? { url: replacement, format: 'module', shortCircuit: true }
      : next(specifier, context),
});

const { RELIABILITY_DEFECT } = process.env;
if (RELIABILITY_DEFECT) (await import('../defects/defects.mjs')).plant(RELIABILITY_DEFECT);
