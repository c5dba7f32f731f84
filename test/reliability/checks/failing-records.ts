import type { Micros } from '../clock.js';
import type { RecordTable } from '../ledger/record-table.js';

/**
 * Records that have failed. No commit passes one while it is tried again, and a partition that moves meanwhile
 * begins again with it: what was handled behind it comes again.
 */
export class FailingRecords {
  /** By topic and partition, by their numbers. */
  readonly #ids = new Map<string, number[]>();

  constructor(private readonly table: RecordTable) {
    for (const id of table.acknowledgedIds()) {
      if (!Number.isFinite(table.failedAt.get(id))) continue;
      const known = this.#ids.get(this.#placeOf(id));
      if (known) known.push(id);
      else this.#ids.set(this.#placeOf(id), [id]);
    }
  }

  /** Whether a record that was handled again by a time had been handled behind one that was failing. */
  heldBack(id: number, again: Micros): boolean {
    const { offset, settledAt, failedAt } = this.table;
    const handledAt = settledAt.get(id);
    return (this.#ids.get(this.#placeOf(id)) ?? []).some(
      (other) =>
        offset.get(other) < offset.get(id) && settledAt.get(other) > handledAt && failedAt.get(other) < again,
    );
  }

  #placeOf(id: number): string {
    return `${this.table.topic.get(id)} ${this.table.partition.get(id)}`;
  }
}
