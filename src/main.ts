import * as nodeModule from 'node:module';
import { requireNode } from './require-node.js';
import { listenForStop } from './stop-signals.js';

requireNode();
listenForStop();

// Most of a start is compiling what is imported. Where the file system is read-only this does nothing.
nodeModule.enableCompileCache();

const { bootstrap } = await import('./bootstrap.js');

try {
  await bootstrap();
} catch (error) {
  const { ConfigError } = await import('./config/index.js');
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
