import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ApplicationConfig, ModuleRef, type NestContainer } from '@nestjs/core';
import { type CustomTransportStrategy, type MessageHandler, Server, Transport } from '@nestjs/microservices';
import { finalize, isObservable } from 'rxjs';
import { KAFKA_CONFIG, type KafkaModuleConfig } from '../config/index.js';
import { DirectCalls } from './handlers/registry/direct-calls.js';
import type { FailedRecord } from '../pipeline/index.js';
import type { CallTracer } from './handlers/invocation/call-tracer.js';
import { FailureLines } from './group/failure-lines.js';
import type { GroupPhase } from './group/group-status.js';
import { currentCall } from './handlers/invocation/handler-call.js';
import type { HandlerBinding, InvocationServices } from './handlers/invocation/handler-binding.js';
import { handlerDefaults } from './handlers/options/handler-options.js';
import { NoHandlerError } from './handlers/registry/handler-classes.js';
import { HandlerRegistry } from './handlers/registry/handler-registry.js';
import { type HandlerSummary, handlerSummary } from './handlers/registry/handler-summary.js';
import type { ContextServices, KafkaRecordContext } from './context/kafka-record.context.js';
import { guardedConsumer } from './guarded-consumer.js';
import { KafkaRuntime } from './kafka-runtime.js';
import type { FailureServices } from './handlers/failures/failure-routing.js';
import { Replies } from './replies.js';

/** Values of `microservice.status`. Nest's own transport uses the same ones, at other times. */
const STATUS: Readonly<Record<GroupPhase, string>> = {
  connecting: 'disconnected',
  'waiting-for-topics': 'connected',
  rebalancing: 'rebalancing',
  running: 'connected',
  draining: 'connected',
  stopped: 'stopped',
};

/**
 * A Kafka transport for Nest with at-least-once delivery. Controllers written for Nest's own transport run on it
 * unchanged. Records are delivered in order, retried when they fail, and committed once they are settled.
 */
@Injectable()
export class KafkaStrategy extends Server implements CustomTransportStrategy, InvocationServices {
  override readonly transportId = Transport.KAFKA;
  /** The runtime reports errors of handlers; Nest must not report them again. */
  override readonly propagatesEventHandlerErrors = true;

  readonly failures: FailureServices;
  readonly tracer: CallTracer | undefined;
  readonly #registry: HandlerRegistry;
  readonly #replies: Replies;
  #instrumented = false;

  constructor(
    @Inject(KAFKA_CONFIG) private readonly config: KafkaModuleConfig,
    private readonly runtime: KafkaRuntime,
    private readonly directCalls: DirectCalls,
    private readonly moduleRef: ModuleRef,
  ) {
    super();
    const { failedRecords, parking, tracer } = runtime;
    this.tracer = tracer;
    this.failures = { failedRecords, parking };
    this.#registry = new HandlerRegistry(handlerDefaults(config.kafka), this, directCalls);
    const lines = new FailureLines(new Logger('KafkaReplies'), () => currentCall()?.handler);
    this.#replies = new Replies({
      producer: runtime.producer,
      isFailureTopic: (topic) => this.#registry.isFailureTopic(topic),
      hidden: (record, error) =>
        lines.failed(
          'error',
          'requests that failed',
          record,
          error,
          'is answered with "Internal server error"',
        ),
      refused: (record, error) =>
        lines.failed('error', 'requests without a reply', record, error, 'is handled without a reply'),
    });
  }

  /** The modules of the application, with its global enhancers. @internal */
  get container(): NestContainer {
    return this.moduleRef['container'];
  }

  /** The handlers, once the microservice was initialized. @internal */
  get handlerSummaries(): HandlerSummary[] {
    return this.#registry.bindings.map(handlerSummary);
  }

  /** The name of its Kafka cluster; undefined for the cluster without a name. @internal */
  get cluster(): string | undefined {
    return this.config.name;
  }

  /** Sets the configuration with the microservice's global enhancers. @internal */
  useMicroserviceConfig(config: ApplicationConfig): void {
    this.directCalls.useConfig(config);
  }

  /**
   * Nest calls it for each Kafka handler of the application; those of other clusters are left out.
   * @throws MicroserviceConfigError if the microservice was not created by `connectKafka`
   */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    this.directCalls.requireConfig();
    if (extras['cluster'] !== this.cluster) return;
    const topic = pattern instanceof RegExp ? pattern : this.normalizePattern(pattern as string);
    this.#registry.add(topic, callback, isEventHandler, extras);
    // Nest lists handlers from this map. Several handlers of a topic are not chained: each is called on its own.
    if (!this.messageHandlers.has(String(topic))) this.messageHandlers.set(String(topic), callback);
  }

  /**
   * Starts to consume. No broker needs to be reachable yet: the service keeps trying.
   * @throws NoHandlerError if there is no handler
   * @throws HandlerNotInControllersError if a class with handlers is a provider
   */
  listen(callback: (error?: unknown) => void): void {
    const { cluster } = this;
    const unused = this.directCalls.unusedHandlerClasses();
    // Which cluster an unused class is for is not known.
    const left = cluster === undefined ? unused : [];
    if (this.#registry.groups.length === 0) throw new NoHandlerError(left, cluster);
    for (const name of left) {
      new Logger('KafkaModule').warn(
        `${name} has @KafkaHandler methods but is in no module's controllers, so its topics are not read`,
      );
    }
    // oxlint-disable-next-line eslint/no-underscore-dangle -- Nest's own name
    this.runtime.start(this.#registry, (phase) => this._status$.next(STATUS[phase]));
    callback();
  }

  async close(): Promise<void> {
    await this.runtime.stop(this.config.shutdownTimeoutMs);
  }

  on(): never {
    throw new Error('the Kafka transport has no events to listen to; see the health endpoints and the log');
  }

  unwrap<T>(): T {
    return [this.runtime.port, this.runtime.groups] as T;
  }

  override setOnProcessingStartHook(...args: Parameters<Server['setOnProcessingStartHook']>): void {
    this.#instrumented = true;
    super.setOnProcessingStartHook(...args);
  }

  override setOnProcessingEndHook(...args: Parameters<Server['setOnProcessingEndHook']>): void {
    this.#instrumented = true;
    super.setOnProcessingEndHook(...args);
  }

  get instrumented(): boolean {
    return this.#instrumented;
  }

  /** Runs Nest's processing hooks. The handler's promise decides the outcome, not the hook's. */
  instrument(context: KafkaRecordContext, call: () => unknown): unknown {
    if (!this.#instrumented) return call();
    return new Promise((resolve, reject) => {
      const hooked: unknown = this.runWithProcessingHooks(context, async (end) => {
        try {
          const result = await call();
          if (!isObservable(result)) end();
          resolve(isObservable(result) ? result.pipe(finalize(end)) : result);
        } catch (error) {
          reject(error);
          throw error;
        }
      });
      Promise.resolve(hooked).catch(reject);
    });
  }

  respond(_binding: HandlerBinding, context: KafkaRecordContext, call: () => unknown): unknown {
    return this.#replies.respond(context, call);
  }

  failedForGood(failed: FailedRecord): Promise<void> {
    return this.#replies.failedForGood(failed);
  }

  contextServices(groupId: string): ContextServices {
    return {
      nativeConsumer: (record) => guardedConsumer(this.runtime, groupId, record),
      nativeProducer: () => this.runtime.producer.native(),
    };
  }
}
