import { toOffset, type TopicPartitionOffset } from '../../../pipeline/index.js';
import type { AssignedPartition } from '../membership/assignment.js';
import type { TopicId } from '../messages/message.js';
import type { LogPosition } from '../offsets/log-position.js';
import type { EpochStart } from './batch-epochs.js';

/** A follower that the leader has named for reading (KIP-392). */
export interface ReadReplica {
  readonly nodeId: number;
  /** Then the leader is asked again, in ms since the epoch. */
  readonly until: number;
}

/** The reading of one partition within one ownership. */
export class Reading implements AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: TopicId;
  isPaused = false;
  /** When it was paused last, in ms since the epoch. */
  pausedAt = 0;
  /** Whether the partition is about to be given up: nothing of it is fetched or handed over any more. */
  isEnding = false;
  /** Nothing is fetched before that time, in ms since the epoch. */
  blockedUntil = 0;
  /** The leader epoch in which the position was compared with the log; -1 before the first time. */
  comparedEpoch = -1;
  replica: ReadReplica | undefined;
  /** No follower is read from before that time, since one has failed, in ms since the epoch. */
  leaderOnlyUntil = 0;
  /** Of two partitions, the one with the lower number is served first. */
  turn = 0;
  #position: LogPosition | undefined;
  /** The leader epochs of what was read, oldest first. */
  #epochs: EpochStart[] = [];

  constructor({ topic, partition, topicId }: AssignedPartition) {
    this.topic = topic;
    this.partition = partition;
    this.topicId = topicId;
  }

  /** The next offset to fetch, with the epoch of the record before it; undefined until it is known. */
  get position(): LogPosition | undefined {
    return this.#position;
  }

  /** Continues at an offset that does not follow from what was read; undefined while it is not known. */
  moveTo(position: LogPosition | undefined): void {
    this.#position = position;
    this.#epochs = position ? [{ from: position.offset - 1n, leaderEpoch: position.leaderEpoch }] : [];
  }

  /** Continues after what was read. */
  readUpTo(next: bigint, epochs: readonly EpochStart[]): void {
    for (const each of epochs) {
      if (each.leaderEpoch !== this.#epochs.at(-1)?.leaderEpoch) this.#epochs.push(each);
    }
    this.#position = { offset: next, leaderEpoch: this.#epochs.at(-1)?.leaderEpoch ?? -1 };
  }

  /**
   * The leader epoch of the record before an offset; -1 if it is not known. Offsets are asked for in rising order: what
   * is below is forgotten.
   */
  leaderEpochBefore(offset: bigint): number {
    while (this.#epochs[1] && this.#epochs[1].from < offset) this.#epochs.shift();
    const [first] = this.#epochs;
    return first && first.from < offset ? first.leaderEpoch : -1;
  }

  /** An offset of the partition as the port names it. */
  at(offset: bigint): TopicPartitionOffset {
    const { topic, partition } = this;
    return { topic, partition, offset: toOffset(offset) };
  }
}
