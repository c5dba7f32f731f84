import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { withPlainErrors } from '../src/replay/commands/arguments.js';
import { terminalLines } from '../src/text/terminal-safe.js';
import { ToolError } from './tool-error.js';

export { wholeNumber } from '../src/replay/commands/arguments.js';

/** A command that reports invalid arguments in one line with exit code 2. */
export function cli(name: string, description: string): Command {
  return withPlainErrors(new Command(name).description(description));
}

/** Runs a command line program: its result is the exit code, a {@link ToolError} is one message and code 1. */
export async function run(program: () => Promise<number>): Promise<never> {
  process.exit(await exitCodeOf(program));
}

async function exitCodeOf(program: () => Promise<number>): Promise<number> {
  try {
    return await program();
  } catch (error) {
    // commander has already printed its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(terminalLines(error instanceof ToolError ? error.message : inspect(error)));
    return 1;
  }
}
