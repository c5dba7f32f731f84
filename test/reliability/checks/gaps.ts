import type { RecordTable } from '../ledger/record-table.js';

/**
 * The records that were handled before an earlier one of their key was settled: across crashes and
 * owners, records of a key may be repeated, but none may be skipped.
 */
export function gapsOf(table: RecordTable): { readonly count: number; readonly examples: readonly string[] } {
  const last = new Map<string, number>();
  const examples: string[] = [];
  let count = 0;
  for (const id of inLogOrder(table)) {
    const lane = `${table.topic.get(id)} ${table.partition.get(id)} ${table.key.get(id)}`;
    const previous = last.get(lane);
    last.set(lane, id);
    if (previous === undefined || table.startedAt.get(id) >= table.settledAt.get(previous)) continue;
    if (table.startedAt.get(id) === Number.POSITIVE_INFINITY) continue;
    count++;
    if (examples.length < 5)
      examples.push(`${table.nameOf(id)} started before ${table.nameOf(previous)} was settled`);
  }
  return { count, examples };
}

function inLogOrder(table: RecordTable): number[] {
  return [...table.acknowledgedIds()].toSorted(
    (a, b) =>
      table.topic.get(a) - table.topic.get(b) ||
      table.partition.get(a) - table.partition.get(b) ||
      table.offset.get(a) - table.offset.get(b),
  );
}
