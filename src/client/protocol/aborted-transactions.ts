import type { LogBatch } from './log-batch.js';
import type { ReadingTurns } from './reading-turns.js';

/** An aborted transaction in a fetch response. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: bigint;
}

const ABORT = 0;

/**
 * Determines which batches of a partition are visible to readers of committed records, like Kafka's own consumer: a
 * producer's records are hidden from the first offset of an aborted transaction to its abort marker.
 */
export class AbortedTransactions {
  readonly #upcoming: readonly AbortedTransaction[];
  #next = 0;
  readonly #aborting = new Set<string>();

  /**
   * @param aborted in the order in which the transactions ended, as brokers list them
   * @param maxBytes how many bytes a batch may unpack to
   */
  constructor(
    aborted: readonly AbortedTransaction[],
    private readonly maxBytes: number,
  ) {
    this.#upcoming = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  /** Whether the batch's records are visible. Batches must be given in the order of the log. */
  async isVisible(batch: LogBatch, turns: ReadingTurns): Promise<boolean> {
    let next = this.#upcoming[this.#next];
    while (next && next.firstOffset <= batch.lastOffset) {
      this.#aborting.add(next.producerId);
      next = this.#upcoming[++this.#next];
    }
    if (!batch.transaction) return true;
    const { producerId, isMarker } = batch.transaction;
    if (!isMarker) return !this.#aborting.has(producerId);
    const wanted = { from: 0n, after: -1n, maxRecords: 1, maxBytes: this.maxBytes };
    const { records } = await batch.records(wanted, turns);
    if (isAbort(records[0]?.key)) this.#aborting.delete(producerId);
    return false;
  }
}

/** A marker's key is its version and its type, two bytes each. */
function isAbort(key: Uint8Array | null | undefined): boolean {
  return (
    key !== null && key !== undefined && key.length >= 4 && ((key[2] ?? 0) << 8) + (key[3] ?? 0) === ABORT
  );
}
