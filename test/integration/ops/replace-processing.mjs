/**
 * Preloaded into `dist/src/main.js`: puts the test's handlers in the place of the service's own features, and says
 * what is loaded of the operators' endpoints.
 */
import { registerHooks } from 'node:module';

const replacement = new URL('./processing.mjs', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.endsWith('/processing.module.js'))
      return { url: replacement, format: 'module', shortCircuit: true };
    const resolved = next(specifier, context);
    if (/\/dist\/src\/ops\/|\/@nestjs\/swagger\//.test(resolved.url)) console.log(`loaded ${resolved.url}`);
    return resolved;
  },
});
