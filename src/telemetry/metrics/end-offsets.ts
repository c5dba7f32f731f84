import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { SERVICE_CONFIG, type ServiceConfig } from '../../config/index.js';
import type { PartitionPipeline } from '../../pipeline/index.js';
import { describeError, KafkaRuntime } from '../../transport/index.js';
import { lagOf } from './lag-of.js';

/**
 * Keeps the end offset of every assigned partition up to date. A fetch response contains it; for partitions that are
 * not fetched from (idle, paused or stuck) this class queries it.
 */
@Injectable()
export class EndOffsets implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(EndOffsets.name);
  readonly #reader;
  readonly #refreshMs: number;
  /** Partitions with records to read and nothing in flight: their committable offset, and since when. */
  readonly #behind = new WeakMap<
    PartitionPipeline,
    { readonly committableOffset: string; readonly since: number }
  >();
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(
    private readonly runtime: KafkaRuntime,
    @Inject(SERVICE_CONFIG) config: ServiceConfig,
  ) {
    this.#refreshMs = config.kafka.lagRefreshMs;
    this.#reader = runtime.port.reader();
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    }, this.#refreshMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reader.close();
    await this.#refreshing;
  }

  /** Since when a partition with nothing in flight has had something to read, in ms since the epoch. */
  behindSince(pipeline: PartitionPipeline): number | undefined {
    const behind = this.#behind.get(pipeline);
    return behind?.committableOffset === pipeline.committableOffset ? behind.since : undefined;
  }

  async #refresh(): Promise<void> {
    for (const topic of this.#unknown()) {
      try {
        const ends = new Map(
          (await this.#reader.bounds(topic)).map(({ partition, end }) => [partition, end]),
        );
        for (const pipeline of this.#pipelines()) {
          const end = pipeline.topic === topic ? ends.get(pipeline.partition) : undefined;
          if (end !== undefined) pipeline.raiseEndOffset(end);
        }
      } catch (error) {
        // Only a metric is out of date. If no broker answers, the consumer itself logs an error.
        this.#logger.debug(`${topic}: cannot query the end offsets: ${describeError(error)}`);
      }
    }
    for (const pipeline of this.#pipelines()) this.#note(pipeline);
  }

  #note(pipeline: PartitionPipeline): void {
    const { committableOffset, oldest } = pipeline;
    if (oldest || lagOf(pipeline) === 0) this.#behind.delete(pipeline);
    else if (this.behindSince(pipeline) === undefined) {
      this.#behind.set(pipeline, { committableOffset, since: Date.now() });
    }
  }

  /** Topics with partitions whose end offset is older than the refresh interval. */
  #unknown(): ReadonlySet<string> {
    const limit = Date.now() - this.#refreshMs;
    const old = this.#pipelines().filter(({ endOffsetAt }) => endOffsetAt <= limit);
    return new Set(old.map(({ topic }) => topic));
  }

  #pipelines(): PartitionPipeline[] {
    return this.runtime.groups.flatMap(({ pipeline }) => [...pipeline.partitions]);
  }
}
