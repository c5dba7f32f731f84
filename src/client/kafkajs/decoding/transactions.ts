import type { LogBatch } from './log-batch.js';
import type { ReadingTurns } from '../../protocol/reading-turns.js';

/** A transaction that was aborted, as a broker lists it. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: bigint;
}

const ABORT = 0;

/**
 * Which producers are within an aborted transaction, batch by batch, as Kafka's own consumer tells it. The
 * broker lists transactions in the order in which they ended.
 */
export class Transactions {
  readonly #upcoming: readonly AbortedTransaction[];
  #next = 0;
  readonly #aborting = new Set<string>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#upcoming = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  /** Whether the batch's records are for readers; batches must come in the log's order. */
  async admits(batch: LogBatch, turns: ReadingTurns): Promise<boolean> {
    let next = this.#upcoming[this.#next];
    while (next && next.firstOffset <= batch.lastOffset) {
      this.#aborting.add(next.producerId);
      next = this.#upcoming[++this.#next];
    }
    if (!batch.transaction) return true;
    const { producerId, isMarker } = batch.transaction;
    if (!isMarker) return !this.#aborting.has(producerId);
    const { records } = await batch.records({ from: 0n, after: -1n, most: 1 }, turns);
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
