import { jest } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  type GroupConsumer,
  KafkaBatchContext,
  KafkaHandler,
  type KafkaHandlerOptions,
  KafkaRecordContext,
} from '../../../src/transport/index.js';
import { isCaughtUp, uniqueName, waitFor } from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';

/** The arguments of one call of a test's handler. */
export interface Call {
  readonly topic: string;
  readonly partition: number;
  readonly payloads: readonly unknown[];
  readonly offsets: readonly bigint[];
  readonly context: KafkaRecordContext;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface ReaderOptions extends KafkaHandlerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a unique group. */
  readonly group?: string;
}

// A real broker on a busy machine is slow; the waits in a test have their own deadlines.
jest.setTimeout(60_000);

const running = new Set<Reader>();

/** A service with one handler that stores what it receives. */
export class Reader {
  readonly calls: Call[] = [];
  readonly #received = new EventTarget();

  private constructor(
    readonly group: string,
    private readonly service: RunningService,
  ) {}

  static async start(
    topic: string | RegExp | readonly string[],
    options: ReaderOptions = {},
  ): Promise<Reader> {
    const { env = {}, group = uniqueName('reader'), ...handler } = options;
    const remember = (payload: unknown, context: KafkaRecordContext): void =>
      reader.#remember(payload, context);

    @Controller()
    class ReadingController {
      @KafkaHandler(topic, handler)
      read(@Payload() payload: unknown, @Ctx() context: KafkaRecordContext): void {
        remember(payload, context);
      }
    }

    const service = await startService(
      { controllers: [ReadingController] },
      { KAFKA_GROUP_ID: group, KAFKA_TOPIC_REFRESH_MS: '200', ...env },
    );
    const reader: Reader = new Reader(group, service);
    running.add(reader);
    return reader;
  }

  /** The payloads of all calls. */
  get payloads(): unknown[] {
    return this.calls.flatMap(({ payloads }) => payloads);
  }

  get offsets(): bigint[] {
    return this.calls.flatMap(({ offsets }) => offsets);
  }

  get contexts(): KafkaRecordContext[] {
    return this.calls.map(({ context }) => context);
  }

  get consumer(): GroupConsumer {
    const group = this.service.runtime.group(this.group);
    if (!group) throw new Error(`there is no group ${this.group}`);
    return group;
  }

  /** End offsets minus committable offsets. */
  get lag(): number {
    return this.consumer.snapshot().partitions.reduce((sum, { lag }) => sum + lag, 0);
  }

  joined(): Promise<void> {
    return this.service.joined();
  }

  /** Resolves once the handler has received this many records. */
  async until(count: number, timeoutMs = 20_000): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs);
    while (this.offsets.length < count) {
      await new Promise<void>((resolve, reject) => {
        const late = new Error(`got ${this.offsets.length} of ${count} records within ${timeoutMs} ms`);
        deadline.addEventListener('abort', () => reject(late), { once: true });
        this.#received.addEventListener('call', () => resolve(), { once: true });
      });
    }
  }

  /** Resolves once the group has committed everything in the topic. */
  async caughtUp(topic: string): Promise<void> {
    const what = `${this.group} to commit the end of ${topic}; it has read ${this.offsets.length} records`;
    await waitFor(() => isCaughtUp(this.group, topic), { what, everyMs: 100, timeoutMs: 20_000 });
  }

  async stop(): Promise<void> {
    running.delete(this);
    await this.service.stop();
  }

  #remember(payload: unknown, context: KafkaRecordContext): void {
    const payloads = context instanceof KafkaBatchContext ? context.payloads : [payload];
    const { topic, partition } = context.owner;
    const offsets = context.records.map(({ offset }) => BigInt(offset));
    this.calls.push({ topic, partition, payloads, offsets, context, at: Date.now() });
    this.#received.dispatchEvent(new Event('call'));
  }
}

/** For `afterEach`: stops all readers that the test has started. */
export async function stopReaders(): Promise<void> {
  await Promise.all([...running].map((reader) => reader.stop()));
}
