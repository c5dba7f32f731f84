import * as nodeModule from 'node:module';
import { requireNode } from './service/index.js';

requireNode();

// Compiling imported modules takes most of the startup time. No effect on a read-only file system.
nodeModule.enableCompileCache();

const { Command } = await import('commander');
const { withPlainErrors } = await import('./replay/commands/arguments.js');
const { addDlqCommands } = await import('./replay/commands/dlq.command.js');
const { runProgram } = await import('./replay/commands/run-program.js');

const program = withPlainErrors(new Command('cli').description('Commands for operators of the service.'));
addDlqCommands(program, async () => (await import('./app.module.js')).AppModule);

process.exit(await runProgram(program, process.argv));
