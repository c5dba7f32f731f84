import { type Command, InvalidArgumentError } from 'commander';
import { terminalLine } from '../../text/terminal-safe.js';
import { parseDuration } from '../duration.js';

/** Makes a program, and every command added to it later, report invalid arguments in one line. */
export function withPlainErrors(program: Command): Command {
  return program.exitOverride().configureOutput({
    outputError: (text, write) =>
      write(`${terminalLine(text.trim().replaceAll(/\s*\n\s*/g, ' '))} --help lists the arguments.\n`),
  });
}

/** Parses a whole number within bounds; for commander. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      max === Number.MAX_SAFE_INTEGER
        ? `It must be a whole number of at least ${min}.`
        : `It must be a whole number from ${min} to ${max}.`,
    );
  };
}

/** Parses a duration such as `90s`, `1h` or `2d` into ms. */
export function duration(text: string): number {
  const parsed = parseDuration(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError('It must be a duration such as 90s, 15m, 1h or 2d.');
}

/** Parses a rate such as `50/s` into records per second. */
export function rate(text: string): number {
  const value = Number(/^(\d+)(?:\/s)?$/.exec(text)?.[1]);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be a number of records per second, such as 50/s.');
}

/** Parses an offset; returns its digits. */
export function offset(text: string): string {
  if (/^(0|[1-9]\d{0,18})$/.test(text)) return text;
  throw new InvalidArgumentError('It must be an offset: a whole number of at least 0.');
}
