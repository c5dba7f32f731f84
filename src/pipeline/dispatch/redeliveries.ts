import type { BatchLanes, LaneBatch } from './batch-lanes.js';
import type { InFlightRecord } from '../records/in-flight.js';

/** The unsettled records of a batch. Its lanes stay busy until none is left. */
export interface Delivery {
  readonly batch: LaneBatch;
  /** In offset order; never empty once it is delivered. */
  readonly records: readonly InFlightRecord[];
  /** Whether each record is handled by itself, to find those that fail. */
  readonly singly: boolean;
  /** Called once all of the records are settled. */
  readonly whenDone?: () => void;
}

/** The unsettled records of failed batches that are due for a retry, in the order in which they were queued. */
export class Redeliveries {
  readonly #queue: Delivery[] = [];

  /** @param confirmed called for each record that was settled meanwhile and is not delivered again */
  constructor(
    private readonly lanes: BatchLanes,
    private readonly confirmed: (record: InFlightRecord) => void,
  ) {}

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Takes the next delivery if its sequences are at most `limit` and a slot is free; it holds the slot from then on. */
  next(limit: number): Delivery | undefined {
    const [first] = this.#queue;
    if (!first || !this.lanes.hasSlot) return undefined;
    if (first.records.some(({ sequence }) => sequence > limit)) return undefined;
    this.lanes.takeSlot(first.batch);
    return this.#queue.shift();
  }

  /** Queues the unsettled ones of these records, in place of the delivery. */
  redeliver(delivery: Delivery, next: readonly InFlightRecord[]): void {
    const records = this.unsettledOf(next);
    if (records.length === 0) {
      this.finish(delivery);
      return;
    }
    const { batch } = this.split(delivery, records);
    this.lanes.done(delivery.batch);
    this.#queue.push({ ...delivery, batch, records });
  }

  /** Moves some of a delivery's records, with their lanes, to a delivery of their own. */
  split(delivery: Delivery, records: readonly InFlightRecord[]): Delivery {
    return { ...delivery, batch: this.lanes.split(delivery.batch, records) };
  }

  /** Frees the delivery's slot for another batch; its lanes stay busy. */
  releaseSlot({ batch }: Delivery): void {
    this.lanes.releaseSlot(batch);
  }

  /** Ends a delivery of which no record is left. */
  finish({ batch, whenDone }: Delivery): void {
    this.lanes.done(batch);
    whenDone?.();
  }

  /** The records that are to be redelivered: those that their handler has not confirmed meanwhile. */
  unsettledOf(records: readonly InFlightRecord[]): readonly InFlightRecord[] {
    for (const record of records) if (record.settled) this.confirmed(record);
    return records.filter(({ settled }) => !settled);
  }
}
