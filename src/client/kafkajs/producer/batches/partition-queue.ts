import type { Compression } from '../../../batch-producer.js';
import { toOffset } from '../../../../pipeline/index.js';
import type { ProducerIdentity } from './producer-identity.js';
import type { QueuedRecord } from './queued-record.js';

/** Half of the default `max.message.bytes`. */
const MAX_BATCH_BYTES = 512 * 1024;
/** Sequence numbers have 31 bits, and then start at 0 again. */
const SEQUENCES = 2 ** 31;

/** Records of one partition that are written with one sequence number, all or none. */
export interface Batch {
  readonly records: readonly QueuedRecord[];
  readonly compression: Compression;
  /** Whether a request with it was not answered: it may have been written. */
  isUnanswered: boolean;
  attempts: number;
}

/** A batch to send. */
export interface SequencedBatch {
  readonly queue: PartitionQueue;
  readonly batch: Batch;
  readonly identity: ProducerIdentity;
  readonly firstSequence: number;
}

/**
 * The records of one partition that are not written yet. At most one of its batches is being sent, so that a failed one
 * never has a successor in the log, and the next sequence number is always known.
 */
export class PartitionQueue {
  /** Batches to send before all other records, again or for the first time. */
  #first: Batch[] = [];
  #waiting: QueuedRecord[] = [];
  #identity: ProducerIdentity | undefined;
  /** The identity whose next sequence number is not known. */
  #lostIdentity: ProducerIdentity | undefined;
  #sequence = 0;
  #sending: Batch | undefined;
  /** No batch is sent earlier, on the producer's clock. */
  notBefore = 0;

  /** @param identityLost called with an identity that must not be used for further partitions */
  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly identityLost: (identity: ProducerIdentity) => void,
  ) {}

  get isEmpty(): boolean {
    return this.#first.length === 0 && this.#waiting.length === 0;
  }

  /** Whether a batch can be sent now. */
  isReady(now: number): boolean {
    return !this.#sending && !this.isEmpty && this.notBefore <= now;
  }

  push(record: QueuedRecord): void {
    this.#waiting.push(record);
  }

  /**
   * Takes the next batch; it is being sent until `written`, `repeat`, `split`, `repack` or `giveUp` is called.
   * @param current the identity for a partition that has none
   * @param like another batch of the request: all have one identity and compression
   * @returns undefined if there is none, or if it does not fit into the request
   */
  take(current: ProducerIdentity, like: SequencedBatch | undefined): SequencedBatch | undefined {
    const identity = this.#identity ?? current;
    if (identity === this.#lostIdentity || (like && like.identity !== identity)) return undefined;
    const compression = (this.#first[0] ?? this.#waiting[0])?.compression;
    if (like && like.batch.compression !== compression) return undefined;
    const batch = this.#first.shift() ?? this.#nextBatch();
    if (!batch) return undefined;
    if (!this.#identity) this.#sequence = 0;
    this.#identity = identity;
    this.#sending = batch;
    batch.attempts++;
    return { queue: this, batch, identity, firstSequence: this.#sequence };
  }

  /** @param baseOffset the offset of its first record; undefined if it is not known */
  written(batch: Batch, baseOffset: string | undefined): void {
    this.#sending = undefined;
    this.#sequence = (this.#sequence + batch.records.length) % SEQUENCES;
    const { topic, partition } = this;
    batch.records.forEach(({ resolve }, at) => {
      const offset = baseOffset === undefined ? undefined : toOffset(String(BigInt(baseOffset) + BigInt(at)));
      resolve({ topic, partition, offset });
    });
  }

  /** Sends the batch again, with the same sequence number. */
  repeat(batch: Batch, notBefore: number): void {
    this.#sending = undefined;
    this.#first.unshift(batch);
    this.notBefore = notBefore;
  }

  /** Sends the records of a rejected batch in two halves, since only some of them may be the reason. */
  split({ records, compression }: Batch): void {
    this.#sending = undefined;
    const half = Math.ceil(records.length / 2);
    this.#first.unshift(
      toBatch(records.slice(0, half), compression),
      toBatch(records.slice(half), compression),
    );
  }

  /** Sends the records of a rejected batch with another compression. */
  repack({ records }: Batch, compression: Compression): void {
    this.#sending = undefined;
    this.#first.unshift(toBatch(records, compression));
  }

  /** Rejects the records of a batch. */
  giveUp(batch: Batch, error: unknown): void {
    this.#sending = undefined;
    if (batch.isUnanswered) this.forgetIdentity();
    for (const { reject } of batch.records) reject(error);
  }

  /**
   * Continues with another producer id. After a batch that may have been written, the next sequence number is not known;
   * a broker would take a record with the same one for a duplicate, acknowledge it and drop it.
   */
  forgetIdentity(): void {
    if (!this.#identity) return;
    this.#lostIdentity = this.#identity;
    this.identityLost(this.#identity);
    this.#identity = undefined;
  }

  /** Rejects what waits and was not written in time. */
  expire(now: number, errorOf: () => unknown): void {
    const isOver = ({ deadline }: QueuedRecord): boolean => deadline <= now;
    const batches = this.#first;
    this.#first = [];
    for (const batch of batches) {
      if (batch.records.some(isOver)) this.giveUp(batch, errorOf());
      else this.#first.push(batch);
    }
    // Deadlines are in the order of the calls.
    const end = this.#waiting.findIndex((record) => !isOver(record));
    const over = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
    for (const { reject } of over) reject(errorOf());
  }

  /** Rejects everything that waits. */
  rejectAll(error: unknown): void {
    this.expire(Infinity, () => error);
  }

  #nextBatch(): Batch | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    let bytes = 0;
    const end = this.#waiting.findIndex((record, at) => {
      bytes += record.bytes;
      return at > 0 && (bytes > MAX_BATCH_BYTES || record.compression !== first.compression);
    });
    const records = end < 0 ? this.#waiting : this.#waiting.slice(0, end);
    this.#waiting = end < 0 ? [] : this.#waiting.slice(end);
    return toBatch(records, first.compression);
  }
}

function toBatch(records: readonly QueuedRecord[], compression: Compression): Batch {
  return { records, compression, isUnanswered: false, attempts: 0 };
}
