import Table from 'cli-table3';
import { terminalJson, terminalLine, terminalLines } from '../../text/terminal-safe.js';

/** Prints a command's result as JSON, or as readable text. */
export function print(result: unknown, json: boolean, words: () => string): void {
  const text = json ? terminalJson(JSON.stringify(result, null, 2)) : terminalLines(words());
  process.stdout.write(`${text}\n`);
}

/** Prints an error or a log line to stderr. */
export function printToStderr(text: string): void {
  process.stderr.write(`${terminalLines(text)}\n`);
}

/** Formats a table without colours, so that it can be written to a file or a pipe. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  drawn.push(...rows.map((row) => row.map((cell) => terminalLine(String(cell)))));
  return drawn.toString();
}

/** Indents the second and further lines of a text, so that none of them looks like a field. */
export function indented(text: string, columns: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`);
}

/** A count with its noun. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
