import * as nodeModule from 'node:module';
import type { Type } from '@nestjs/common';
import { requireNode } from './require-node.js';
import { listenForStop } from './stop-signals.js';

/**
 * Runs a module that imports `KafkaServiceModule` as a standalone service: configured by the environment, with
 * health, metrics and operators' endpoints over HTTP. SIGTERM drains and exits with 0, or with 1 if a handler had to
 * be aborted; a second signal, or a shutdown that takes too long, exits at once.
 *
 * @param load imports the module; called once signals are handled and the compile cache is enabled
 * @example
 * await runKafkaService(async () => (await import('./app.module.js')).AppModule);
 */
export async function runKafkaService(load: () => Promise<Type>): Promise<void> {
  requireNode();
  listenForStop();
  // Compiling imported modules takes most of the startup time. No effect on a read-only file system.
  nodeModule.enableCompileCache();
  const { startService } = await import('./start-service.js');
  try {
    await startService(await load());
  } catch (error) {
    const { startErrorText } = await import('./start-error.js');
    console.error(startErrorText(error));
    process.exit(1);
  }
}
