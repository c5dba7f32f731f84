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
  /** What is to be read next. */
  readonly position: Offset;
  /** Takes in the next record; the position is behind it then. */
  apply(stored: FetchedRecord): void;
  /** All before `position` has been read, whether there was a record to apply or not. */
  advanceTo(position: Offset): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads the parking partitions of a process, all that need it with one request to each broker. Watched partitions are
 * polled periodically; others cost nothing.
 */
export class ParkingTopicFeed {
  readonly #watched = new Map<FollowedPartition, () => void>();
  /** Callers that wait until a partition has been read from now on. */
  readonly #wanted = new Map<FollowedPartition, Waiter[]>();
  /** Partitions that are being read. */
  readonly #busy = new Set<FollowedPartition>();
  #isAsking = false;
  #cancelLook: Cancel | undefined;

  constructor(
    private readonly reader: Pick<ManyPartitionsReader, 'ends' | 'readAll' | 'read'>,
    private readonly clock: Clock,
    private readonly everyMs: number,
  ) {}

  /** Resolves once everything is applied that was in the partition when this was called. */
  catchUp(partition: FollowedPartition): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiters = this.#wanted.get(partition) ?? [];
      waiters.push({ resolve, reject });
      this.#wanted.set(partition, waiters);
      // Simultaneous callers share a request.
      if (waiters.length === 1) queueMicrotask(() => void this.#ask());
    });
  }

  /** Reads the partition on in every interval, and calls `looked` after each. */
  watch(partition: FollowedPartition, looked: () => void): void {
    this.#watched.set(partition, looked);
    this.#cancelLook ??= this.clock.schedule(this.everyMs, () => void this.#look());
  }

  unwatch(partition: FollowedPartition): void {
    this.#watched.delete(partition);
    if (this.#watched.size > 0) return;
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  async #look(): Promise<void> {
    // What can't be read now is read at the next poll.
    await Promise.all(
      [...this.#watched].map(async ([partition, looked]) => {
        const isRead = await this.catchUp(partition).then(
          () => true,
          () => false,
        );
        if (isRead && this.#watched.get(partition) === looked) looked();
      }),
    );
    this.#cancelLook = undefined;
    if (this.#watched.size > 0) {
      this.#cancelLook = this.clock.schedule(this.everyMs, () => void this.#look());
    }
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let batch = this.#take(); batch.size > 0; batch = this.#take()) await this.#read(batch);
    this.#isAsking = false;
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
      if (this.#wanted.has(partition)) void this.#ask();
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

  /** Retried separately, so that the others do not wait for a partition without a leader. */
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

/** What has come to a partition since it was read last. */
interface Growth extends PartitionRange {
  readonly target: FollowedPartition;
}

function growthOf(target: FollowedPartition, to: Offset): Growth {
  const { topic, partition, position: from } = target;
  return { target, topic, partition, from, to };
}
