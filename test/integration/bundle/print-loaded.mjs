/** Preloaded into the service: prints the files that it loads. */
import { registerHooks } from 'node:module';

registerHooks({
  load: (url, context, next) => {
    if (url.startsWith('file:')) console.log(`loaded ${url}`);
    return next(url, context);
  },
});
