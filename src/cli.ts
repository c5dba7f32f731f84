import * as nodeModule from 'node:module';
import { requireNode } from './require-node.js';

requireNode();

// Most of a start is compiling what is imported. Where the file system is read-only this does nothing.
nodeModule.enableCompileCache();

const { Command } = await import('commander');
const { addDlqCommands } = await import('./replay/dlq.command.js');
const { runProgram, withPlainErrors } = await import('./replay/run-program.js');

const program = withPlainErrors(new Command('cli').description('Commands for whoever runs the service.'));
addDlqCommands(program, async () => (await import('./app.module.js')).AppModule);

process.exit(await runProgram(program, process.argv));
