import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../../config/index.js';
import { describeError } from '../../pipeline/index.js';
import { terminalLine } from '../../text/terminal-safe.js';
import { UsageError } from '../errors.js';
import { printToStderr } from './output.js';

/**
 * Has a program, and every command added to it afterwards, say what is wrong with its arguments in one line.
 */
export function withPlainErrors(program: Command): Command {
  return program.exitOverride().configureOutput({
    outputError: (text, write) =>
      write(`${terminalLine(text.trim().replaceAll(/\s*\n\s*/g, ' '))} --help lists the arguments.\n`),
  });
}

/** Runs a program: 0 is done, 2 is a mistake in the arguments, 1 is everything else that went wrong. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync([...argv]);
    return 0;
  } catch (error) {
    // commander has written its line, or the help, already.
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
