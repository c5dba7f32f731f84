import {
  compareOffsets,
  describeError,
  type Offset,
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

  /** Takes note of offsets that were committed: what lies before them is handled. */
  committed(offsets: readonly TopicPartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      if (!this.parts.isRetryTopic(topic)) continue;
      const partitions = this.#committed.get(topic) ?? new Map<number, Offset>();
      this.#committed.set(topic, partitions);
      const known = partitions.get(partition);
      if (known === undefined || compareOffsets(known, offset) < 0) partitions.set(partition, offset);
    }
  }

  /** Deletes what was handled by now, once the last purge is over. What can't be deleted is tried with the next one. */
  purge(): Promise<void> {
    this.#purging = this.#purging.then(() => this.#purge());
    return this.#purging;
  }

  async #purge(): Promise<void> {
    const handled = [...this.#committed];
    this.#committed.clear();
    let failure: string | undefined;
    for (const [topic, offsets] of handled) {
      try {
        await this.parts.deleteBefore(topic, offsets);
      } catch (error) {
        failure = describeError(error);
        this.committed([...offsets].map(([partition, offset]) => ({ topic, partition, offset })));
      }
    }
    if (failure !== undefined && failure !== this.#told) this.parts.failed(failure);
    if (handled.length > 0) this.#told = failure;
  }
}
