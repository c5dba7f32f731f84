import Table from 'cli-table3';

/** Prints a command's result: as JSON for machines, else in words. */
export function print(result: unknown, json: boolean, words: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : words()}\n`);
}

/** Rows under their headings, without colours, so that a file or a pipe may take them. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}

/** A count with its noun. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
