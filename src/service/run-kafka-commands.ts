import * as nodeModule from 'node:module';
import type { Type } from '@nestjs/common';
import { requireNode } from './require-node.js';

/**
 * Runs the command line of a service, `dlq ...`, with the service's own configuration and handlers, and exits: with 0
 * for success, 2 for invalid arguments and 1 for any other error.
 *
 * @param load imports the root module of the service
 * @example
 * await runKafkaCommands(async () => (await import('./app.module.js')).AppModule);
 */
export async function runKafkaCommands(load: () => Promise<Type>): Promise<never> {
  requireNode();
  // Compiling imported modules takes most of the startup time. No effect on a read-only file system.
  nodeModule.enableCompileCache();
  const { Command } = await import('commander');
  const { withPlainErrors } = await import('../replay/commands/arguments.js');
  const { addDlqCommands } = await import('../replay/commands/dlq.command.js');
  const { runProgram } = await import('../replay/commands/run-program.js');
  const program = withPlainErrors(new Command('cli').description('Commands for operators of the service.'));
  addDlqCommands(program, load);
  process.exit(await runProgram(program, process.argv));
}
