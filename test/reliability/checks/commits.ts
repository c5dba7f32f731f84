import type { Commit } from '../cluster/committed.js';
import { CLOCKS_APART_US, type Micros } from '../clock.js';
import type { RecordTable } from '../ledger/record-table.js';

/** The records of one partition by offset, and when all records up to each of them were settled. */
interface Settled {
  readonly offsets: number[];
  readonly ids: number[];
  readonly allSettledAt: Micros[];
}

/** The violations of a group's commits. */
export interface CommitFaults {
  /** Commits beyond a record that was not settled at that time. */
  readonly early: readonly string[];
  /** Commits below an earlier one: the records in between are delivered again. */
  readonly back: readonly string[];
}

/**
 * Checks every commit: all records below it were settled by then, and no commit is below an
 * earlier one.
 * @param commits of one group, in the order of the coordinator
 * @param takenBackWithinMs time within which a lower commit must follow a premature one to excuse it
 */
export function commitFaults(
  commits: readonly Commit[],
  table: RecordTable,
  takenBackWithinMs = 0,
): CommitFaults {
  const partitions = settledByPartition(table);
  const highest = new Map<string, number>();
  const early: string[] = [];
  const back: string[] = [];
  for (const commit of commits) {
    const { topic, partition, offset, at } = commit;
    const name = `${topic}[${partition}]`;
    const before = highest.get(name) ?? 0;
    if (offset < before) back.push(`${name}: committed ${offset} after ${before}`);
    highest.set(name, Math.max(before, offset));
    const settled = partitions.get(name);
    const last = settled ? indexBelow(settled.offsets, offset) : -1;
    const since = settled?.allSettledAt[last];
    if (settled && since !== undefined && since > at + CLOCKS_APART_US) {
      if (isTakenBack(commit, commits, takenBackWithinMs * 1000)) continue;
      const id = firstOpen(settled, last, table, at);
      early.push(`${name}: committed ${offset} while ${table.nameOf(id)} was not settled`);
    }
  }
  return { early, back };
}

function isTakenBack(early: Commit, commits: readonly Commit[], withinMicros: Micros): boolean {
  return commits.some(
    ({ topic, partition, offset, at }) =>
      topic === early.topic &&
      partition === early.partition &&
      offset < early.offset &&
      at > early.at &&
      at - early.at <= withinMicros,
  );
}

function settledByPartition(table: RecordTable): Map<string, Settled> {
  return new Map([...table.byPartition()].map(([name, ids]) => [name, settledOf(ids, table)]));
}

function settledOf(ids: number[], table: RecordTable): Settled {
  ids.sort((a, b) => table.offset.get(a) - table.offset.get(b));
  let latest = 0;
  const allSettledAt = ids.map((id) => (latest = Math.max(latest, table.settledAt.get(id))));
  return { offsets: ids.map((id) => table.offset.get(id)), ids, allSettledAt };
}

/** The index of the last offset below this one; -1 if there is none. */
function indexBelow(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function firstOpen({ ids }: Settled, last: number, table: RecordTable, at: Micros): number {
  const open = ids.slice(0, last + 1).find((id) => table.settledAt.get(id) > at + CLOCKS_APART_US);
  return open ?? -1;
}
