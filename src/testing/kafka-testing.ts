import type { INestMicroservice, Type } from '@nestjs/common';
import type { ModuleRef, ModulesContainer } from '@nestjs/core';
import ms from 'ms';
import type { MemoryKafka } from '../client/memory/index.js';
import type { TopicPartitionOffset } from '../pipeline/index.js';
import {
  type ConnectKafkaOptions,
  declaredHandlers,
  type GroupConsumer,
  type KafkaRuntime,
  type KafkaStrategy,
  testMicroservice,
} from '../transport/index.js';
import type { Topic } from '../publishing/index.js';
import type { Delivery, OfGroup } from './delivery.js';
import { KafkaTestingNotStartedError, TopicWithoutHandlerError } from './errors.js';
import type { DeliveryStatus, PipelineWatch, RunningCall } from './pipeline-watch.js';
import { type RecordToDeliver, type StoredFailure, toOutgoing, type WrittenRecord } from './records.js';
import { type PublishedRecord, readPublished } from './published-records.js';
import { StoredRecords, type WaitingRetry } from './stored-records.js';
import { type CallDescription, TestTime } from './test-time.js';
import type { TestWorld } from './test-world.js';

/** Providers that a {@link KafkaTesting} works on. */
export interface KafkaTestingParts {
  readonly world: TestWorld;
  readonly runtime: KafkaRuntime;
  readonly strategy: KafkaStrategy;
  readonly modules: ModulesContainer;
  readonly moduleRef: ModuleRef;
}

/** A group that has only patterns has no topic at first. */
const STARTED: ReadonlySet<string> = new Set(['running', 'waiting-for-topics']);

/**
 * Delivers records to the handlers of a test through the real transport, with topics in memory and virtual time: see
 * `KafkaTestingModule`.
 */
export class KafkaTesting {
  readonly #kafka: MemoryKafka;
  readonly #watch: PipelineWatch;
  readonly #time: TestTime;
  readonly #stored: StoredRecords;
  #microservice: INestMicroservice | undefined;

  /** @internal */
  constructor(private readonly parts: KafkaTestingParts) {
    const { kafka, watch, clock, hangAfterMs } = parts.world;
    this.#kafka = kafka;
    this.#watch = watch;
    this.#time = new TestTime(clock, watch, hangAfterMs, (call) => this.#describe(call));
    this.#stored = new StoredRecords(kafka, () => clock.now());
    for (const { patterns } of declaredHandlers(parts.modules)) {
      for (const pattern of patterns) if (typeof pattern === 'string') kafka.topicLogs.ensure(pattern);
    }
    const { runtime } = parts;
    // Its deadlines use the test's clock. The stop that it waits for begins one turn later.
    runtime.stopping.addEventListener('abort', () => {
      void Promise.resolve().then(() => this.#time.through(runtime.stop(0)));
    });
  }

  /**
   * Starts to consume; not needed after `app.startAllMicroservices()`.
   * @param options as for `connectKafka`
   */
  async start(options: ConnectKafkaOptions = {}): Promise<this> {
    const { runtime, strategy } = this.parts;
    if (runtime.groups.length === 0) {
      this.#microservice = testMicroservice(strategy, options);
      await this.#microservice.listen();
    }
    await this.#time.until(() => runtime.groups.every(({ status }) => STARTED.has(status.phase)));
    return this;
  }

  /**
   * Delivers a record. Resolves once it is settled, after retries in its lane, and the settled records are committed.
   * @throws TopicWithoutHandlerError if no handler reads the topic
   * @throws HandlerHangsError if its handler does not return
   */
  async deliver(topic: string, record: RecordToDeliver, options: OfGroup = {}): Promise<Delivery> {
    const [delivery] = await this.deliverBatch(topic, [record], options);
    if (!delivery) throw new Error('a record was delivered without an outcome');
    return delivery;
  }

  /** Delivers records with one fetch. Resolves like {@link deliver}, with an outcome for each record. */
  async deliverBatch(
    topic: string,
    records: readonly RecordToDeliver[],
    options: OfGroup = {},
  ): Promise<Delivery[]> {
    const groups = this.#groupsOf(topic);
    const group = this.#groupOf(topic, options);
    this.#kafka.topicLogs.ensure(topic);
    const written = records.map((each) => this.#kafka.write(toOutgoing(topic, each), each.timestamp));
    await this.#time.until(() =>
      written.every((at) => groups.every((each) => this.#statusOf(each, at) !== undefined)),
    );
    await this.#commitSettled();
    return written.map((at) => this.#deliveryOf(group, at));
  }

  /**
   * Lets time pass, for example for retry topics and timeouts. Records that are handled meanwhile are committed.
   * @param time in ms, or as in `'30s'`
   */
  async advance(time: number | ms.StringValue): Promise<void> {
    this.#requireStarted();
    const timeMs = typeof time === 'number' ? time : ms(time);
    if (!(timeMs >= 0)) throw new RangeError(`"${time}" is no time; pass ms, or a text such as '30s'`);
    await this.#time.advance(timeMs);
    await this.#commitSettled();
  }

  /** The offset that a group has committed in a partition; undefined if there is none. */
  committed(topic: string, partition = 0, options: OfGroup = {}): number | undefined {
    const { groupId } = this.#groupOf(topic, options).status;
    const offset = this.#kafka.group(groupId).committed({ topic, partition });
    return offset === undefined ? undefined : Number(offset);
  }

  /** All records of a topic: delivered records, records that handlers have produced, and replies. */
  records(topic: string): WrittenRecord[] {
    return this.#stored.of(topic);
  }

  /**
   * The records that the application has published to a topic with `Publisher`, in their order.
   *
   * @example expect(kafka.published(OrderEvents)).toMatchObject([{ key: 'o-1', value: { type: 'accepted' } }]);
   */
  published<T>(topic: Topic<T>): PublishedRecord<T>[];
  published(topic: string): PublishedRecord<unknown>[];
  published<T>(topic: string | Topic<T>): PublishedRecord<T>[] {
    if (typeof topic === 'string') return readPublished(this.#kafka, topic, 'auto');
    const { cluster, value = 'json' } = topic.options;
    return readPublished(this.parts.world.kafkaOf(cluster), topic.name, value);
  }

  /** The dead letters of a topic's records. */
  deadLetters(topic: string): StoredFailure[] {
    return this.#stored.deadLetters(topic);
  }

  /** The records of a topic that wait in its retry topics. */
  retries(topic: string): WaitingRetry[] {
    return this.#stored.retries(topic);
  }

  /** The parked records of a topic. */
  parked(topic: string): Promise<StoredFailure[]> {
    return this.#stored.parked(topic, this.#groupIdsOf(topic));
  }

  /** Releases a parked key like an operator, or all keys if none is given. Resolves once its records were handled. */
  async release(topic: string, key?: unknown): Promise<void> {
    const groupIds = this.#groupIdsOf(topic);
    await this.#stored.release(topic, groupIds, key);
    await this.#time.until(async () => !(await this.#stored.isReleasing(topic, groupIds)));
    await this.#commitSettled();
  }

  /** A provider of the test's modules. */
  get<T>(token: Type<T> | string | symbol): T {
    return this.parts.moduleRef.get<T>(token, { strict: false });
  }

  /** Stops consuming and destroys the modules. With an application, close that. */
  async close(): Promise<void> {
    await this.#microservice?.close();
  }

  #deliveryOf(group: GroupConsumer, at: TopicPartitionOffset): Delivery {
    const { groupId } = group.status;
    const { topic, partition } = at;
    const { attempts, failure } = this.#watch.of(groupId, at);
    return {
      // A record without an outcome after an hour waits for something else.
      status: this.#statusOf(group, at) ?? 'waiting',
      attempts,
      error: failure && 'error' in failure ? failure.error : undefined,
      topic,
      partition,
      offset: Number(at.offset),
      groupId,
      committed: this.committed(topic, partition, { groupId }),
    };
  }

  #statusOf(group: GroupConsumer, at: TopicPartitionOffset): DeliveryStatus | undefined {
    return this.#watch.statusOf(group.status.groupId, at, group.pipeline);
  }

  async #commitSettled(): Promise<void> {
    await Promise.all(this.parts.runtime.groups.map(({ pipeline }) => pipeline.commitSettled(1_000)));
  }

  #groupIdsOf(topic: string): string[] {
    return this.#groupsOf(topic).map(({ status }) => status.groupId);
  }

  #groupOf(topic: string, { groupId }: OfGroup): GroupConsumer {
    const groups = this.#groupsOf(topic);
    const group = groups.find(({ status }) => groupId === undefined || status.groupId === groupId);
    if (!group) throw new TopicWithoutHandlerError(topic, this.#handlers(), groupId);
    return group;
  }

  #groupsOf(topic: string): GroupConsumer[] {
    this.#requireStarted();
    const groups = this.parts.runtime.groups.filter((group) => group.handles(topic));
    if (groups.length === 0) throw new TopicWithoutHandlerError(topic, this.#handlers());
    return groups;
  }

  #handlers(): string[] {
    return declaredHandlers(this.parts.modules).flatMap(({ name, patterns }) =>
      patterns.map((pattern) => `${String(pattern)} (${name})`),
    );
  }

  #requireStarted(): void {
    if (this.parts.runtime.groups.length === 0) throw new KafkaTestingNotStartedError();
  }

  #describe({ groupId, record }: RunningCall): CallDescription {
    const { owner, offset } = record;
    const group = this.parts.runtime.group(groupId);
    const name = group?.handlerNameOf(owner.topic) ?? 'its handler';
    const wait = group?.pipeline.partition(owner)?.status.waitOf(record);
    return {
      call: `${owner.topic}[${owner.partition}] at offset ${offset}: ${name}`,
      wait: wait?.what,
      awaitsCommit: wait?.kind === 'commit',
    };
  }
}
