import { createInterface } from 'node:readline/promises';
import { terminalLine } from '../../text/terminal-safe.js';
import { UsageError } from '../errors.js';

/**
 * Asks before something is changed.
 * @throws UsageError where nobody is there to be asked
 */
export async function confirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) throw new UsageError('nobody can be asked here: give --yes to go ahead');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${terminalLine(question)} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
