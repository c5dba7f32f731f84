import { Logger } from '@nestjs/common';
import { offsetsBetween, type PartitionPipeline, type TopicPartition } from '../../pipeline/index.js';
import {
  describeError,
  type GroupConsumer,
  type KafkaCluster,
  type KafkaRuntime,
} from '../../transport/index.js';

/** A partition with records to read and nothing in flight. */
interface Behind {
  readonly committableOffset: string;
  /** In ms since the epoch. */
  readonly since: number;
}

/** Keeps the end offsets of the assigned partitions of one cluster up to date. */
export class ClusterReachableOffsets {
  readonly #logger = new Logger('ReachableOffsets');
  readonly #runtime: KafkaRuntime;
  readonly #reader;
  readonly #refreshMs: number;
  /** Partitions with records to read and nothing in flight. */
  #behind = new Map<string, Behind>();
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;

  constructor({ runtime, config }: KafkaCluster) {
    this.#runtime = runtime;
    this.#refreshMs = config.kafka.lagRefreshMs;
    this.#reader = runtime.port.reader();
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    }, this.#refreshMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reader.close();
    await this.#refreshing;
  }

  /** Since when a partition with nothing in flight has had records to read, in ms since the epoch. */
  behindSince(
    group: string,
    at: TopicPartition & { readonly committableOffset: string },
  ): number | undefined {
    const behind = this.#behind.get(keyOf(group, at));
    return behind?.committableOffset === at.committableOffset ? behind.since : undefined;
  }

  async #refresh(): Promise<void> {
    for (const topic of this.#unknown()) {
      try {
        const ends = new Map(
          (await this.#reader.bounds(topic)).map(({ partition, end }) => [partition, end]),
        );
        for (const pipeline of this.#pipelines()) {
          const end = pipeline.topic === topic ? ends.get(pipeline.partition) : undefined;
          if (end !== undefined) pipeline.intake.raiseReachableOffset(end);
        }
      } catch (error) {
        // Only a metric is out of date. If no broker answers, the consumer itself logs an error.
        this.#logger.debug(`${topic}: cannot query the end offsets: ${describeError(error)}`);
      }
    }
    this.#behind = new Map(this.#runtime.groups.flatMap((group) => this.#behindOf(group)));
  }

  /** The group's partitions with records to read and nothing in flight. */
  #behindOf({ status: { groupId }, pipeline: { partitions } }: GroupConsumer): [string, Behind][] {
    return [...partitions].flatMap(({ status: partition }): [string, Behind][] => {
      const { committableOffset, reachableOffset, oldest } = partition;
      if (oldest || offsetsBetween(committableOffset, reachableOffset) === 0) return [];
      const since = this.behindSince(groupId, partition) ?? Date.now();
      return [[keyOf(groupId, partition), { committableOffset, since }]];
    });
  }

  /** Topics with partitions whose end offset is older than the refresh interval. */
  #unknown(): ReadonlySet<string> {
    const limit = Date.now() - this.#refreshMs;
    const old = this.#pipelines().filter(({ status }) => status.reachableOffsetAt <= limit);
    return new Set(old.map(({ topic }) => topic));
  }

  #pipelines(): PartitionPipeline[] {
    return this.#runtime.groups.flatMap(({ pipeline }) => [...pipeline.partitions]);
  }
}

function keyOf(group: string, { topic, partition }: TopicPartition): string {
  return `${group}\n${topic}\n${partition}`;
}
