import * as nodeModule from 'node:module';
import { Command } from 'commander';
import { addDlqCommands } from './redelivery/dlq/dlq.command.js';
import { runProgram, withPlainErrors } from './redelivery/dlq/run-program.js';

// Most of a start is compiling what is imported. Where the file system is read-only this does nothing.
nodeModule.enableCompileCache();

const program = withPlainErrors(new Command('cli').description('Commands for whoever runs the service.'));
addDlqCommands(program, async () => (await import('./app.module.js')).AppModule);

process.exit(await runProgram(program, process.argv));
