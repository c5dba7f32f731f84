import type { Micros } from '../clock.js';
import type { RecordTable } from '../ledger/record-table.js';

/**
 * Records that have failed. No commit passes one while it is retried, and a partition that moves meanwhile
 * starts again with it, so records that were handled behind it are repeated.
 */
export class FailingRecords {
  /** By their partitions. */
  readonly #ids: ReadonlyMap<string, readonly number[]>;

  constructor(private readonly table: RecordTable) {
    this.#ids = table.byPartition((id) => Number.isFinite(table.failedAt.get(id)));
  }

  /** Whether a record that was repeated at a time had been handled behind a failing one. */
  heldBack(id: number, again: Micros): boolean {
    const { offset, settledAt, failedAt } = this.table;
    const handledAt = settledAt.get(id);
    return (this.#ids.get(this.table.placeOf(id)) ?? []).some(
      (other) =>
        offset.get(other) < offset.get(id) && settledAt.get(other) > handledAt && failedAt.get(other) < again,
    );
  }
}
