import type { Micros } from '../clock.js';
import type { RecordTable } from '../ledger/record-table.js';

/** A time in which what was handled may be handled again. */
export interface Disturbance {
  readonly fault: string;
  readonly from: Micros;
  readonly to: Micros;
  /** The instance that was hit: what it has handled comes again, or what it handles is late. Any, where nobody is named. */
  readonly instance?: string;
  /** Whether others take over while it still works: what they have handled, it may handle late. */
  readonly overlaps?: boolean;
}

/** Repeats within the bound, and those beyond. */
export interface Repeats {
  readonly count: number;
  /** Records that were handled within the disturbances: at most these may be repeated, each once a disturbance. */
  readonly bound: number;
  readonly unexplained: number;
  readonly examples: readonly string[];
}

/** Holds the repeats against the disturbances: a record may come again if it was first handled within one. */
export function repeatsOf(table: RecordTable, disturbances: readonly Disturbance[]): Repeats {
  const within = (id: number, { from, to }: Disturbance): boolean => {
    const at = table.settledAt.get(id);
    return from <= at && at <= to;
  };
  let bound = 0;
  for (const id of table.acknowledgedIds()) {
    const by = table.instances[table.settledBy.get(id)];
    for (const each of disturbances) {
      if (within(id, each) && (each.instance === undefined || each.instance === by || each.overlaps)) bound++;
    }
  }
  const beyond = table.repeats.filter(({ id, instance }) => {
    const first = table.instances[table.settledBy.get(id)];
    const isHit = (hit: string | undefined): boolean =>
      hit === undefined || hit === first || hit === instance;
    return !disturbances.some((each) => within(id, each) && isHit(each.instance));
  });
  const examples = beyond
    .slice(0, 5)
    .map(({ id, instance }) => `${table.nameOf(id)} was handled again by ${instance}`);
  return { count: table.repeats.length, bound, unexplained: beyond.length, examples };
}
