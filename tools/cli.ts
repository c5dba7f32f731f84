import { inspect } from 'node:util';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { terminalLine, terminalLines } from '../src/text/terminal-safe.js';
import { ToolError } from './tool-error.js';

/** A command that reports invalid arguments in one line with exit code 2. */
export function cli(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .configureOutput({
      outputError: (text, write) =>
        write(`${terminalLine(text.trim().replaceAll('\n', ' '))} --help lists the arguments.\n`),
    })
    .exitOverride();
}

/** Parses a whole number within bounds; for commander's option parsers. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Runs a command line program: its result is the exit code, a {@link ToolError} is one message and code 1. */
export async function run(program: () => Promise<number>): Promise<never> {
  process.exit(await exitCodeOf(program));
}

async function exitCodeOf(program: () => Promise<number>): Promise<number> {
  try {
    return await program();
  } catch (error) {
    // commander has already written its line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(terminalLines(error instanceof ToolError ? error.message : inspect(error)));
    return 1;
  }
}
