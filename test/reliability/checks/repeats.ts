import type { Micros } from '../clock.js';
import type { Commit } from '../cluster/committed.js';
import type { RecordTable } from '../ledger/record-table.js';
import { CommitHistory } from './commit-history.js';
import { FailingRecords } from './failing-records.js';

/** A time in which handled records may be repeated. */
export interface Disturbance {
  readonly fault: string;
  /** When the fault began. Records that were handled but not committed by then may be repeated too. */
  readonly from: Micros;
  /** How long before that a record may have been handled without being committed. */
  readonly uncommittedFor: Micros;
  /** When all instances knew of it. */
  readonly to: Micros;
  /** The affected instance, whose records are repeated or handled late. Undefined for any. */
  readonly instance?: string;
  /** Whether others take over while it is still running, so that it may repeat their records late. */
  readonly overlaps?: boolean;
}

/** Repeats within the bound, and those beyond. */
export interface Repeats {
  readonly count: number;
  /** Number of repeats that the disturbances allow: at most one per record and disturbance. */
  readonly bound: number;
  /** Further allowed repeats: of records handled behind a failing one when its partition moved to another member. */
  readonly heldBack: number;
  readonly unexplained: number;
  readonly examples: readonly string[];
}

/**
 * Checks the repeats: a record may be repeated if it was first handled around a disturbance, and no
 * commit had covered it when that began. Otherwise only records handled behind a failing one may.
 * @param commits of the group, in the order of the coordinator
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
