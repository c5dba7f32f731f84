import Table from 'cli-table3';
import type { Position } from './topics.js';

/** Formats the group's positions as a table. */
export function positionTable(positions: readonly Position[]): string {
  const table = new Table({
    head: ['topic', 'partition', 'end offset', 'committed offset', 'lag'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    // Colours only on a terminal.
    style: process.stdout.isTTY ? {} : { head: [], border: [] },
  });
  for (const { topic, partition, end, committed, lag } of positions) {
    table.push([
      topic,
      String(partition),
      String(end),
      committed === undefined ? '-' : String(committed),
      String(lag),
    ]);
  }
  return table.toString();
}
