import {
  describeError,
  type Offset,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../pipeline/index.js';
import type { KafkaPort } from '../../client/index.js';

/** What a purge of retry topics is built from. */
export interface RetryPurgeParts {
  readonly isRetryTopic: (topic: string) => boolean;
  readonly deleteBefore: KafkaPort['deleteBefore'];
  /** Called once for each reason why records can not be deleted. */
  readonly failed: (why: string) => void;
}

/** Between two purges. */
const PURGE_MS = 60_000;

/**
 * Deletes what was handled from retry topics, as Kafka Streams does in its repartition topics: they keep their records
 * without a limit, since a limit would delete what still waits.
 */
export class RetryPurge {
  /** Committed since the last purge, by topic and partition. */
  readonly #committed = new Map<string, Map<number, Offset>>();
  /** What is being deleted. */
  #underWay: readonly (readonly [string, Map<number, Offset>])[] = [];
  #told: string | undefined;
  #purging: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RetryPurgeParts) {}

  start(): void {
    this.#timer = setInterval(() => void this.purge(), PURGE_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Takes note of offsets that were committed: what lies before them is handled. The last one counts, not the highest:
   * one below those before it is of another log, of which nothing was handled beyond it.
   */
  committed(offsets: readonly TopicPartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      if (this.parts.isRetryTopic(topic)) this.#partitionsOf(topic).set(partition, offset);
    }
  }

  /** Forgets what was committed of partitions whose log may have been replaced since. */
  forget(isForgotten: (at: TopicPartition) => boolean): void {
    for (const [topic, partitions] of [...this.#committed, ...this.#underWay]) {
      for (const partition of partitions.keys())
        if (isForgotten({ topic, partition })) partitions.delete(partition);
    }
  }

  /** Deletes what was handled by now, once the last purge is over. What can't be deleted is tried with the next one. */
  purge(): Promise<void> {
    this.#purging = this.#purging.then(() => this.#purge());
    return this.#purging;
  }

  async #purge(): Promise<void> {
    this.#underWay = [...this.#committed].filter(([, offsets]) => offsets.size > 0);
    this.#committed.clear();
    const asked = this.#underWay.length;
    let failure: string | undefined;
    for (const [topic, offsets] of this.#underWay) {
      if (offsets.size === 0) continue;
      try {
        await this.parts.deleteBefore(topic, offsets);
      } catch (error) {
        failure = describeError(error);
        const known = this.#partitionsOf(topic);
        for (const [partition, offset] of offsets) if (!known.has(partition)) known.set(partition, offset);
      }
    }
    this.#underWay = [];
    if (failure !== undefined && failure !== this.#told) this.parts.failed(failure);
    if (asked > 0) this.#told = failure;
  }

  #partitionsOf(topic: string): Map<number, Offset> {
    const partitions = this.#committed.get(topic) ?? new Map<number, Offset>();
    this.#committed.set(topic, partitions);
    return partitions;
  }
}
