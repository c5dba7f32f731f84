/** Preloaded into `dist/src/main.js`: replaces the handlers by the test's, and prints which files of the operators' endpoints are loaded. */
import { registerHooks } from 'node:module';
import { replaceProcessing } from '../../support/replace-processing.mjs';

replaceProcessing(new URL('./processing.mjs', import.meta.url));

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    if (/\/dist\/src\/ops\/|\/@nestjs\/swagger\//.test(resolved.url)) console.log(`loaded ${resolved.url}`);
    return resolved;
  },
});
