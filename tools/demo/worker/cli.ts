import { Command } from 'commander';
import { withPlainErrors } from '../../../src/replay/commands/arguments.js';
import { addDlqCommands } from '../../../src/replay/commands/dlq.command.js';
import { runProgram } from '../../../src/replay/commands/run-program.js';

// The commands of `npm run dlq`, with the handlers of the demo.
const program = withPlainErrors(new Command('demo'));
addDlqCommands(program, async () => (await import('./demo.module.js')).DemoModule);

process.exit(await runProgram(program, process.argv));
