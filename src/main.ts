import * as nodeModule from 'node:module';
import { inspect } from 'node:util';
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
  const { ConfigError } = await import('./config/index.js');
  const { terminalLines } = await import('./text/terminal-safe.js');
  console.error(terminalLines(error instanceof ConfigError ? error.message : inspect(error)));
  process.exit(1);
}
