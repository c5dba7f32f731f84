import { UnknownPartitionError } from '../../../producer-errors.js';
import { keyPartition } from '../partitioner.js';
import { PartitionQueue } from './partition-queue.js';
import type { ProducerIdentity } from './producer-identity.js';
import type { QueuedRecord } from './queued-record.js';
import type { TopicLeaders } from './topic-leaders.js';

/** How many records without a key go to one partition before the next one, so that they share batches. */
const RECORDS_IN_A_ROW = 100;

/** The records of one topic that are not written yet, and the leaders of its partitions. */
export class TopicQueues {
  readonly #queues = new Map<number, PartitionQueue>();
  /** Records whose partition is not known, since the topic's partitions are not. */
  #unassigned: QueuedRecord[] = [];
  #known: TopicLeaders | undefined;
  #withoutKey = 0;
  /** When the leaders have to be looked up again, on the producer's clock. */
  staleAt = 0;
  isLoading = false;
  /** When a lookup first found that there is no such topic, on the producer's clock; undefined if it exists. */
  unknownSince: number | undefined;
  /** What the last attempt failed with. */
  lastError: unknown;

  constructor(
    readonly name: string,
    private readonly identityLost: (identity: ProducerIdentity) => void,
  ) {}

  get queues(): Iterable<PartitionQueue> {
    return this.#queues.values();
  }

  get isEmpty(): boolean {
    return this.#unassigned.length === 0 && [...this.queues].every(({ isEmpty }) => isEmpty);
  }

  /** The id of the broker that leads a partition; undefined if it is not known, or there is none. */
  leaderOf(partition: number): string | undefined {
    return this.#known?.leaders.get(partition);
  }

  add(record: QueuedRecord): void {
    const known = this.#known;
    if (known && (record.partition ?? 0) < known.partitions) return this.#assign(record, known);
    this.#unassigned.push(record);
    // The partition may have been added just now.
    this.staleAt = 0;
  }

  useLeaders(known: TopicLeaders): void {
    this.#known = known;
    this.unknownSince = undefined;
    const records = this.#unassigned;
    this.#unassigned = [];
    for (const record of records) this.#assign(record, known);
    for (const queue of this.#queues.values()) {
      if (queue.partition >= known.partitions)
        queue.rejectAll(new UnknownPartitionError(this.name, queue.partition));
    }
  }

  /** Rejects what was not written in time. */
  expire(now: number, errorOf: () => unknown): void {
    const records = this.#unassigned;
    this.#unassigned = [];
    for (const record of records) {
      if (record.deadline <= now) record.reject(errorOf());
      else this.#unassigned.push(record);
    }
    for (const queue of this.#queues.values()) queue.expire(now, errorOf);
  }

  /** Rejects everything that waits. */
  rejectAll(error: unknown): void {
    this.expire(Infinity, () => error);
  }

  #assign(record: QueuedRecord, known: TopicLeaders): void {
    const partition = record.partition ?? this.#partitionFor(record, known);
    if (partition >= known.partitions) record.reject(new UnknownPartitionError(this.name, partition));
    else this.#queueOf(partition).push(record);
  }

  #partitionFor({ message: { key } }: QueuedRecord, { partitions, leaders }: TopicLeaders): number {
    if (key !== null && key !== undefined) return keyPartition(Buffer.from(key), partitions);
    const turn = Math.floor(this.#withoutKey++ / RECORDS_IN_A_ROW);
    const led = [...leaders.keys()];
    return led[turn % led.length] ?? turn % partitions;
  }

  #queueOf(partition: number): PartitionQueue {
    const queue = this.#queues.get(partition) ?? new PartitionQueue(this.name, partition, this.identityLost);
    this.#queues.set(partition, queue);
    return queue;
  }
}
