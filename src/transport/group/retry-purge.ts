import { describeError, type TopicPartition } from '../../pipeline/index.js';
import type { KafkaPort } from '../../client/index.js';

/** The dependencies of a purge of retry topics. */
export interface RetryPurgeParts {
  readonly groupId: string;
  readonly isRetryTopic: (topic: string) => boolean;
  readonly deleteCommitted: KafkaPort['deleteCommitted'];
  /** Called once for each reason why records cannot be deleted. */
  readonly failed: (why: string) => void;
}

/** The interval between two purges. */
const PURGE_MS = 60_000;

/**
 * Deletes handled records from retry topics, as Kafka Streams does with its repartition topics. Retry topics have no
 * retention limit: a limit would delete records that still wait.
 *
 * It remembers which partitions have commits but not the offsets: if a topic was recreated meanwhile, an offset of
 * the former log would delete records that still wait.
 */
export class RetryPurge {
  /** Partitions with commits since the last purge, by topic. */
  readonly #committed = new Map<string, Set<number>>();
  /** Partitions whose records are being deleted, by topic. */
  #deleting: ReadonlyMap<string, Set<number>> = new Map();
  #reported: string | undefined;
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

  /** Records partitions in which offsets were committed. */
  committed(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      if (!this.parts.isRetryTopic(topic)) continue;
      const noted = this.#committed.get(topic) ?? new Set<number>();
      this.#committed.set(topic, noted.add(partition));
    }
  }

  /** Excludes partitions whose log may have been replaced, until an offset is committed in them again. */
  forget(isForgotten: (at: TopicPartition) => boolean): void {
    for (const [topic, partitions] of [...this.#committed, ...this.#deleting]) {
      for (const partition of partitions) if (isForgotten({ topic, partition })) partitions.delete(partition);
    }
  }

  /** Deletes handled records, after the previous purge has ended. Failed deletions are retried at the next purge. */
  purge(): Promise<void> {
    this.#purging = this.#purging.then(() => this.#purge());
    return this.#purging;
  }

  async #purge(): Promise<void> {
    const deleting = new Map([...this.#committed].filter(([, partitions]) => partitions.size > 0));
    this.#committed.clear();
    if (deleting.size === 0) return;
    this.#deleting = deleting;
    const failures = await this.#failures(deleting);
    this.#deleting = new Map();
    for (const topic of failures.keys()) {
      const partitions = [...(deleting.get(topic) ?? [])];
      this.committed(partitions.map((partition) => ({ topic, partition })));
    }
    const [failure] = [...failures.values()].map(describeError);
    if (failure !== undefined && failure !== this.#reported) this.parts.failed(failure);
    this.#reported = failure;
  }

  /** @returns the topics of which records could not be deleted, and why */
  async #failures(deleting: ReadonlyMap<string, Set<number>>): Promise<ReadonlyMap<string, unknown>> {
    try {
      return await this.parts.deleteCommitted(this.parts.groupId, deleting);
    } catch (error) {
      return new Map([...deleting.keys()].map((topic) => [topic, error]));
    }
  }
}
