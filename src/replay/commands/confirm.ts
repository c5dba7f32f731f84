import { createInterface } from 'node:readline/promises';
import { terminalLine } from '../../text/terminal-safe.js';
import { UsageError } from '../errors.js';

/**
 * Asks for confirmation on the terminal.
 * @throws UsageError if stdin is not a terminal and `yes` is false
 */
export async function confirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY)
    throw new UsageError('stdin is not a terminal, so confirmation is impossible: give --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${terminalLine(question)} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
