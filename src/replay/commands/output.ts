import Table from 'cli-table3';
import { terminalJson, terminalLine, terminalLines } from '../../text/terminal-safe.js';

/** Prints a command's result: as JSON for machines, else in words. */
export function print(result: unknown, json: boolean, words: () => string): void {
  const text = json ? terminalJson(JSON.stringify(result, null, 2)) : terminalLines(words());
  process.stdout.write(`${text}\n`);
}

/** Prints to stderr what is no result: an error, a line of the log. */
export function printToStderr(text: string): void {
  process.stderr.write(`${terminalLines(text)}\n`);
}

/** Rows under their headings, without colours, so that a file or a pipe may take them. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  drawn.push(...rows.map((row) => row.map((cell) => terminalLine(String(cell)))));
  return drawn.toString();
}

/** Text of several lines under the one that it begins in, so that none of them looks like a line of its own. */
export function indented(text: string, columns: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`);
}

/** A count with its noun. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
