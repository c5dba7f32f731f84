import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../../config/index.js';
import { describeError } from '../../pipeline/index.js';
import { UsageError } from '../errors.js';
import { printToStderr } from './output.js';

/** Runs a program and returns its exit code: 0 for success, 2 for invalid arguments, 1 for any other error. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync([...argv]);
    return 0;
  } catch (error) {
    // commander has already printed its message or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printToStderr(messageOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return `error: ${error.message}`;
  return `error: ${describeError(error)}`;
}
