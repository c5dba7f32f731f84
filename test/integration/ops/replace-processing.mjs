/** Preloaded into `dist/src/main.js`: brings in the test's handlers, and says what is loaded of the operators' endpoints. */
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
