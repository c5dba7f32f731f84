import {
  type Cancel,
  type Clock,
  compareOffsets,
  type FetchedRecord,
  type Offset,
  type TopicPartition,
} from '../../pipeline/index.js';
import type { ManyPartitionsReader, PartitionRange } from '../../client/index.js';

/** One partition of a parking topic that is read incrementally. */
export interface FollowedPartition extends TopicPartition {
  /** The next offset to read. */
  readonly position: Offset;
  /** Applies the next record and moves the position past it. */
  apply(stored: FetchedRecord): void;
  /** Everything before `position` was read; compaction may have left no record there. */
  advanceTo(position: Offset): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads the partitions of the parking topics, with one request to each broker for all partitions that need one.
 * Watched partitions are polled periodically; others cause no requests.
 */
export class ParkingTopicFeed {
  readonly #watched = new Map<FollowedPartition, () => void>();
  /** Callers that wait for the next complete read of a partition. */
  readonly #wanted = new Map<FollowedPartition, Waiter[]>();
  /** Partitions that are being read. */
  readonly #busy = new Set<FollowedPartition>();
  #isReading = false;
  #cancelPoll: Cancel | undefined;

  constructor(
    private readonly reader: Pick<ManyPartitionsReader, 'ends' | 'readAll' | 'read'>,
    private readonly clock: Clock,
    private readonly everyMs: number,
  ) {}

  /** Resolves once every record that is in the partition at the time of the call was applied. */
  catchUp(partition: FollowedPartition): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiters = this.#wanted.get(partition) ?? [];
      waiters.push({ resolve, reject });
      this.#wanted.set(partition, waiters);
      // Simultaneous callers share a request.
      if (waiters.length === 1) queueMicrotask(() => void this.#readWanted());
    });
  }

  /** Reads new records of the partition in every interval, and calls `polled` after each successful read. */
  watch(partition: FollowedPartition, polled: () => void): void {
    this.#watched.set(partition, polled);
    this.#cancelPoll ??= this.clock.schedule(this.everyMs, () => void this.#poll());
  }

  unwatch(partition: FollowedPartition): void {
    this.#watched.delete(partition);
    if (this.#watched.size > 0) return;
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }

  async #poll(): Promise<void> {
    // A partition that cannot be read now is read at the next poll.
    await Promise.all(
      [...this.#watched].map(async ([partition, polled]) => {
        const isRead = await this.catchUp(partition).then(
          () => true,
          () => false,
        );
        if (isRead && this.#watched.get(partition) === polled) polled();
      }),
    );
    this.#cancelPoll = undefined;
    if (this.#watched.size > 0) {
      this.#cancelPoll = this.clock.schedule(this.everyMs, () => void this.#poll());
    }
  }

  async #readWanted(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    for (let batch = this.#take(); batch.size > 0; batch = this.#take()) await this.#read(batch);
    this.#isReading = false;
  }

  #take(): Map<FollowedPartition, Waiter[]> {
    const batch = new Map<FollowedPartition, Waiter[]>();
    for (const [partition, waiters] of this.#wanted) {
      if (this.#busy.has(partition)) continue;
      batch.set(partition, waiters);
      this.#wanted.delete(partition);
      this.#busy.add(partition);
    }
    return batch;
  }

  async #read(batch: ReadonlyMap<FollowedPartition, readonly Waiter[]>): Promise<void> {
    const partitions = [...batch.keys()];
    const finish = (partition: FollowedPartition, error?: unknown): void => {
      this.#busy.delete(partition);
      for (const { resolve, reject } of batch.get(partition) ?? []) {
        if (error === undefined) resolve();
        else reject(error);
      }
      if (this.#wanted.has(partition)) void this.#readWanted();
    };
    let ends: readonly (Offset | Error)[];
    try {
      ends = await this.reader.ends(partitions);
    } catch (error) {
      for (const partition of partitions) finish(partition, error);
      return;
    }
    const grown: Growth[] = [];
    for (const [index, target] of partitions.entries()) {
      const end = ends[index];
      if (end === undefined || end instanceof Error) finish(target, end ?? new Error('no answer'));
      else if (compareOffsets(end, target.position) > 0) grown.push(growthOf(target, end));
      else finish(target);
    }
    if (grown.length === 0) return;
    const take = ({ target }: Growth, stored: FetchedRecord): void => target.apply(stored);
    const isRead = await this.reader.readAll(grown, take).catch((): boolean[] => []);
    for (const [index, each] of grown.entries()) void this.#readRest(each, isRead[index] === true, finish);
  }

  /** The rest of each partition is read separately, so that no partition waits for another that has no leader. */
  async #readRest(
    { target, topic, partition, to }: Growth,
    isRead: boolean,
    finish: (partition: FollowedPartition, error?: unknown) => void,
  ): Promise<void> {
    try {
      if (!isRead) {
        for await (const stored of this.reader.read(topic, partition, target.position, to))
          target.apply(stored);
      }
      target.advanceTo(to);
      finish(target);
    } catch (error) {
      finish(target, error);
    }
  }
}

/** The records that were added to a partition since it was last read. */
interface Growth extends PartitionRange {
  readonly target: FollowedPartition;
}

function growthOf(target: FollowedPartition, to: Offset): Growth {
  const { topic, partition, position: from } = target;
  return { target, topic, partition, from, to };
}
