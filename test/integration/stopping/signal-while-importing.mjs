/** Sends SIGTERM to the process just before it imports the service. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.endsWith('/start-service.js')) process.kill(process.pid, 'SIGTERM');
    return next(specifier, context);
  },
});
