import { Inject, Injectable, Optional } from '@nestjs/common';
import { KAFKA_CONFIG, type KafkaConfig, type KafkaModuleConfig } from '../config/index.js';
import { InFlightLimiter } from '../pipeline/index.js';
import { FailedRecordPublisher, OwnTopics, ParkingStores } from '../redelivery/index.js';
import { CALL_TRACER, type CallTracer } from './handlers/invocation/call-tracer.js';
import type { BatchProducer, KafkaPort, RecordProducer } from '../client/index.js';
import { GroupConsumer } from './group/group-consumer.js';
import type { GroupPhase } from './group/group-status.js';
import type { HandlerRegistry } from './handlers/registry/handler-registry.js';
import {
  RUNTIME_ENVIRONMENT,
  type RuntimeEnvironment,
  SYSTEM_ENVIRONMENT,
} from './group/runtime-environment.js';
import { PublishedByTopic } from './published-counts.js';
import { KAFKA_PORT } from './tokens.js';

/** How long records without an acknowledgement may delay the stop, once the handlers have ended. */
const FLUSH_MS = 5_000;

/** All consumers of one cluster: one for each group that has handlers. */
@Injectable()
export class KafkaRuntime {
  readonly limiter: InFlightLimiter;
  readonly producer: RecordProducer;
  readonly ownTopics: OwnTopics;
  readonly failedRecords: FailedRecordPublisher;
  readonly parking: ParkingStores;
  /** What the application has published. */
  readonly published = new PublishedByTopic();
  readonly #groups = new Map<string, GroupConsumer>();
  readonly #config: KafkaConfig;
  readonly #cluster: string | undefined;
  readonly #stopping = new AbortController();
  #stopped: Promise<boolean> | undefined;
  #batchProducer: BatchProducer | undefined;

  constructor(
    @Inject(KAFKA_CONFIG) config: KafkaModuleConfig,
    @Inject(KAFKA_PORT) readonly port: KafkaPort,
    @Optional() @Inject(CALL_TRACER) readonly tracer?: CallTracer,
    @Optional()
    @Inject(RUNTIME_ENVIRONMENT)
    private readonly environment: RuntimeEnvironment = SYSTEM_ENVIRONMENT,
  ) {
    this.#config = config.kafka;
    this.#cluster = config.name;
    this.limiter = new InFlightLimiter({
      records: config.kafka.maxInFlight,
      bytes: config.kafka.maxInFlightBytes,
    });
    this.producer = port.producer();
    this.ownTopics = new OwnTopics(port);
    const { clock } = environment;
    this.failedRecords = new FailedRecordPublisher(this.producer, this.ownTopics, tracer, clock);
    this.parking = new ParkingStores(this.producer, port, this.ownTopics, clock);
  }

  /** The producer of the application's own records; most services never need it. */
  get batchProducer(): BatchProducer {
    return (this.#batchProducer ??= this.port.batchProducer());
  }

  get groups(): readonly GroupConsumer[] {
    return [...this.#groups.values()];
  }

  /** Aborted as soon as the stop begins. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  group(groupId: string): GroupConsumer | undefined {
    return this.#groups.get(groupId);
  }

  /**
   * Starts a consumer for each group that has handlers, and returns at once. After the stop has begun it starts none:
   * a signal may arrive before the application starts its microservices.
   */
  start(registry: HandlerRegistry, phaseChanged: (phase: GroupPhase) => void): void {
    if (this.stopping.aborted) return;
    for (const groupId of registry.groups) {
      const consumer = new GroupConsumer({
        groupId,
        cluster: this.#cluster,
        registry,
        config: this.#config,
        port: this.port,
        ownTopics: this.ownTopics,
        limiter: this.limiter,
        environment: this.environment,
        assignmentChanged: () => this.#shareLimits(),
        phaseChanged,
      });
      this.#groups.set(groupId, consumer);
      consumer.start();
    }
  }

  /**
   * Drains, commits and leaves, in all groups; a second call waits for the first.
   * @param deadlineMs how long handlers may take before they are aborted
   * @returns whether all handlers finished in time, and the coordinator of every group confirmed that the member left
   */
  stop(deadlineMs: number): Promise<boolean> {
    this.#stopping.abort();
    this.#stopped ??= this.#stop(deadlineMs);
    return this.#stopped;
  }

  async #stop(deadlineMs: number): Promise<boolean> {
    const drained = await Promise.all(this.groups.map((group) => group.stop(deadlineMs)));
    await this.#batchProducer?.flush(Math.min(deadlineMs, FLUSH_MS));
    await this.parking.close();
    await this.producer.disconnect();
    return drained.every(Boolean);
  }

  /** Closes what other modules may use until they have stopped: the application's producer, the admin connection. */
  async close(): Promise<void> {
    await this.#batchProducer?.close();
    this.port.close();
  }

  #shareLimits(): void {
    let partitions = 0;
    for (const { status } of this.#groups.values()) partitions += status.assignment.length;
    this.limiter.share(partitions);
  }
}
