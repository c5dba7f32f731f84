import type { Micros } from '../clock.js';
import type { Commit } from '../cluster/committed.js';
import type { RecordTable } from '../ledger/record-table.js';
import { CommitHistory } from './commit-history.js';
import { FailingRecords } from './failing-records.js';

/** A time in which what was handled may be handled again. */
export interface Disturbance {
  readonly fault: string;
  /** When the fault began. What was handled before, and not committed by then, may come again too. */
  readonly from: Micros;
  /** How long before that a record may have been handled and still not be committed. */
  readonly uncommittedFor: Micros;
  /** When everybody knew of it. */
  readonly to: Micros;
  /** The instance that was hit: what it has handled comes again, or what it handles is late. Any, where nobody is named. */
  readonly instance?: string;
  /** Whether others take over while it still works: what they have handled, it may handle late. */
  readonly overlaps?: boolean;
}

/** Repeats within the bound, and those beyond. */
export interface Repeats {
  readonly count: number;
  /** Records that could be handled again because of the disturbances: each at most once for each of them. */
  readonly bound: number;
  /** Beside these: handled behind a record that was failing when its partition went to another member. */
  readonly heldBack: number;
  readonly unexplained: number;
  readonly examples: readonly string[];
}

/**
 * Holds the repeats against the disturbances: a record may come again if it was first handled around one, and no
 * commit had covered it when that began. Without any, only what was handled behind a failing record may.
 * @param commits of the group, in the order in which the coordinator took them
 */
export function repeatsOf(
  table: RecordTable,
  commits: readonly Commit[],
  disturbances: readonly Disturbance[],
): Repeats {
  const history = new CommitHistory(commits, table);
  const open = disturbances.map(({ from }) => history.openAt(from));
  const within = (id: number, { from, uncommittedFor, to }: Disturbance, i: number): boolean => {
    const at = table.settledAt.get(id);
    if (at > to || at < from - uncommittedFor) return false;
    return at >= from || open[i]?.(id) === true;
  };
  let bound = 0;
  for (const id of table.acknowledgedIds()) {
    const by = table.instances[table.settledBy.get(id)];
    for (const [i, each] of disturbances.entries()) {
      const isHit = each.instance === undefined || each.instance === by || each.overlaps === true;
      if (isHit && within(id, each, i)) bound++;
    }
  }
  const beside = table.repeats.filter(({ id, instance }) => {
    const first = table.instances[table.settledBy.get(id)];
    const isHit = (hit: string | undefined): boolean =>
      hit === undefined || hit === first || hit === instance;
    return !disturbances.some((each, i) => isHit(each.instance) && within(id, each, i));
  });
  const failing = new FailingRecords(table);
  const beyond = beside.filter(({ id, at }) => !failing.heldBack(id, at));
  const examples = beyond
    .slice(0, 5)
    .map(({ id, instance }) => `${table.nameOf(id)} was handled again by ${instance}`);
  const heldBack = beside.length - beyond.length;
  return { count: table.repeats.length, bound, heldBack, unexplained: beyond.length, examples };
}
