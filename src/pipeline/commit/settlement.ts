import type { Clock } from '../time/clock.js';
import { type InFlightLimiter, Usage } from '../records/in-flight-limiter.js';
import type { CommitSource } from './commit-target.js';
import type { Committer } from './committer.js';
import { OffsetTracker } from './offset-tracker.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { TopicPartition } from '../records/fetched.js';
import type { Offset } from '../records/offset.js';

/**
 * Settles a partition's records: frees their share of the in-flight limits and their memory, and moves the
 * committable offset.
 */
export class Settlement implements CommitSource {
  readonly topic: string;
  readonly partition: number;
  committed: Offset | undefined;
  committedSequence = 0;
  readonly tracker: OffsetTracker<InFlightRecord>;
  /** The records and bytes that the partition has in flight. */
  readonly usage = new Usage();
  /** Unparked records that are not settled. */
  readonly #unparked = new Set<InFlightRecord>();
  #lastAdvanceAt: number;

  constructor(
    { topic, partition }: TopicPartition,
    position: Offset,
    private readonly limiter: InFlightLimiter,
    private readonly committer: Committer,
    private readonly clock: Clock,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.tracker = new OffsetTracker(position);
    this.#lastAdvanceAt = clock.now();
  }

  get committableOffset(): Offset {
    return this.tracker.committableOffset;
  }

  get committableSequence(): number {
    return this.tracker.committableSequence;
  }

  /** Records from the first unsettled one to the last received. */
  get ahead(): number {
    return this.tracker.nextSequence - this.tracker.committableSequence;
  }

  /** How long the committable offset has not moved although a record is in flight, in ms. */
  get stalledForMs(): number {
    const { oldest } = this.tracker;
    return oldest ? this.clock.now() - Math.max(oldest.receivedAt, this.#lastAdvanceAt) : 0;
  }

  /** Takes in the partition's next record, or an unparked one. */
  add(record: InFlightRecord): void {
    this.limiter.add(this.usage, record.bytes);
    if (record.origin === 'parked') this.#unparked.add(record);
    else this.tracker.track(record);
  }

  /** @param now ms since the epoch */
  settle(record: InFlightRecord, now: number): void {
    if (record.settled) return;
    if (record.origin === 'parked') {
      record.settled = true;
      this.#unparked.delete(record);
      this.limiter.remove(this.usage, record.bytes);
      return;
    }
    if (this.tracker.settle(record)) this.#lastAdvanceAt = now;
    this.#free(record);
  }

  settleEach(records: readonly InFlightRecord[]): void {
    const now = this.clock.now();
    for (const record of records) this.settle(record, now);
  }

  /** Settles a record and every earlier one of the partition. */
  settleThrough(record: InFlightRecord): void {
    for (const each of this.tracker.settleThrough(record)) this.#free(each);
    this.#lastAdvanceAt = this.clock.now();
  }

  /** The ownership has ended: unsettled records are no longer in flight here. */
  close(): void {
    for (const record of this.tracker.unsettledRecords()) this.limiter.remove(this.usage, record.bytes);
    for (const record of this.#unparked) this.limiter.remove(this.usage, record.bytes);
  }

  #free(record: InFlightRecord): void {
    if (record.sequence >= this.tracker.committableSequence) record.dropPayload();
    this.committer.noteSettled();
    this.limiter.remove(this.usage, record.bytes);
  }
}
