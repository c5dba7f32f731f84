import type { Clock } from '../clock.js';
import { type InFlightBudget, Usage } from '../dispatch/budget.js';
import type { Committer } from '../offsets/committer.js';
import { OffsetTracker } from '../offsets/tracker.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { Offset } from '../records/offset.js';
import { isReleased } from './parking.js';

/** Which of a partition's records are settled, and what that frees: budget, memory, and offsets to commit. */
export class Settlement {
  readonly tracker: OffsetTracker<InFlightRecord>;
  /** What the partition has in flight. */
  readonly usage = new Usage();
  /** Parked records that are at their handler again. */
  readonly #comingBack = new Set<InFlightRecord>();
  #watermarkMovedAt: number;

  constructor(
    position: Offset,
    private readonly budget: InFlightBudget,
    private readonly committer: Committer,
    private readonly clock: Clock,
  ) {
    this.tracker = new OffsetTracker(position);
    this.#watermarkMovedAt = clock.now();
  }

  /** Records from the first unsettled one to the last received. */
  get ahead(): number {
    return this.tracker.nextSequence - this.tracker.watermarkSequence;
  }

  /** How long the watermark has not moved although a record is in flight, in ms. */
  get stalledForMs(): number {
    const { oldest } = this.tracker;
    return oldest ? this.clock.now() - Math.max(oldest.receivedAt, this.#watermarkMovedAt) : 0;
  }

  /** Takes in the partition's next record, or one that was parked. */
  add(record: InFlightRecord): void {
    this.budget.add(this.usage, record.bytes);
    if (isReleased(record)) this.#comingBack.add(record);
    else this.tracker.receive(record);
  }

  /** @param now ms since the epoch */
  settle(record: InFlightRecord, now: number): void {
    if (record.settled) return;
    if (isReleased(record)) {
      record.settled = true;
      this.#comingBack.delete(record);
      this.budget.remove(this.usage, record.bytes);
      return;
    }
    if (this.tracker.settle(record)) this.#watermarkMovedAt = now;
    this.#freed(record);
  }

  /** Settles a record and every earlier one of the partition. */
  settleThrough(record: InFlightRecord): void {
    for (const each of this.tracker.settleThrough(record)) this.#freed(each);
    this.#watermarkMovedAt = this.clock.now();
  }

  /** The ownership has ended: what is not settled is no longer in flight here. */
  end(): void {
    for (const record of this.tracker.unsettledRecords()) this.budget.remove(this.usage, record.bytes);
    for (const record of this.#comingBack) this.budget.remove(this.usage, record.bytes);
  }

  #freed(record: InFlightRecord): void {
    if (record.sequence >= this.tracker.watermarkSequence) record.release();
    this.committer.noteSettled();
    this.budget.remove(this.usage, record.bytes);
  }
}
