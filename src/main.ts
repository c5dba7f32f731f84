import * as nodeModule from 'node:module';
import { requireNode } from './require-node.js';
import { listenForStop } from './stop-signals.js';

requireNode();
listenForStop();

// Compiling imported modules takes most of the startup time. No effect on a read-only file system.
nodeModule.enableCompileCache();

const { bootstrap } = await import('./bootstrap.js');

try {
  await bootstrap();
} catch (error) {
  const { startErrorText } = await import('./start-error.js');
  console.error(startErrorText(error));
  process.exit(1);
}
