import {
  Global,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { KafkaModuleConfig } from '../config/index.js';
import type { GroupConsumer } from './group/group-consumer.js';
import { declaredHandlers } from './handlers/registry/declared-handlers.js';
import { KafkaModuleError, UnknownClusterError } from './kafka-module.error.js';
import type { KafkaRuntime } from './kafka-runtime.js';
import type { KafkaStrategy } from './kafka.strategy.js';

/** A Kafka cluster that one `KafkaModule.forRoot` connects to. */
export interface KafkaCluster {
  readonly config: KafkaModuleConfig;
  readonly runtime: KafkaRuntime;
  readonly strategy: KafkaStrategy;
}

/** A name that can be a label of a metric and part of a logger's name. */
const NAME = /^[\w.-]+$/;

/** How long after its start an application may leave the transport unused without a warning. */
const START_MS = 10_000;

/**
 * The Kafka clusters of an application. At most one has no name: the cluster of handlers without the option
 * `cluster`.
 */
@Injectable()
export class KafkaClusters implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #byName = new Map<unknown, KafkaCluster>();
  #connected = false;
  #startCheck: NodeJS.Timeout | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly http: HttpAdapterHost,
  ) {}

  /** Nest reports nothing when a transport is never started. Applications without HTTP may be scripts that need none. */
  onApplicationBootstrap(): void {
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- without HTTP there is no adapter
    if (this.http.httpAdapter) this.#startCheck = setTimeout(() => this.#warnIfUnused(), START_MS).unref();
  }

  onModuleDestroy(): void {
    clearTimeout(this.#startCheck);
  }

  /** @throws KafkaModuleError if another cluster has its name, or has no name either */
  add(cluster: KafkaCluster): void {
    const { name } = cluster.config;
    if (name !== undefined && !NAME.test(name)) {
      throw new KafkaModuleError(
        `KafkaModule.forRoot: the name "${name}" may only have letters, digits, dots, dashes and underscores`,
      );
    }
    if (this.#byName.has(name)) {
      throw new KafkaModuleError(
        name === undefined
          ? 'KafkaModule.forRoot is imported twice without a name: import it once, in the root module; for a second ' +
              "cluster, give it a name: KafkaModule.forRoot({ name: 'audit', ... })"
          : `KafkaModule.forRoot is imported twice with the name ${name}: give each cluster a name of its own`,
      );
    }
    this.#byName.set(name, cluster);
  }

  /** All clusters; the one without a name is first. */
  get all(): readonly KafkaCluster[] {
    return [...this.#byName.values()].toSorted(
      (a, b) => Number(a.config.name !== undefined) - Number(b.config.name !== undefined),
    );
  }

  /** The consumers of all clusters. */
  get groups(): readonly GroupConsumer[] {
    return this.all.flatMap(({ runtime }) => runtime.groups);
  }

  /**
   * The cluster of a handler.
   * @param handler `Class.method`
   * @param name its option `cluster`
   * @throws UnknownClusterError if there is none
   */
  of(handler: string, name: unknown): KafkaCluster {
    const cluster = this.#byName.get(name);
    if (!cluster) throw new UnknownClusterError(handler, name, [...this.#byName.keys()].flatMap(textOf));
    return cluster;
  }

  /**
   * Checks that each handler has a cluster, and that one cluster has no name. Only one connection may use them: each
   * strategy has one list of handlers and one set of global enhancers.
   * @throws KafkaModuleError if all clusters have a name, or were connected before
   * @throws UnknownClusterError if a handler names a cluster that does not exist
   */
  connect(): void {
    if (this.#connected) {
      throw new KafkaModuleError(
        'connectKafka was called twice for one application: call it once; it connects all of its clusters',
      );
    }
    if (!this.#byName.has(undefined)) {
      throw new KafkaModuleError(
        'every KafkaModule.forRoot has a name: leave it out of the one whose handlers are written without a cluster',
      );
    }
    for (const { name, extras } of declaredHandlers(this.modules)) this.of(name, extras['cluster']);
    this.#connected = true;
  }

  #warnIfUnused(): void {
    if (this.groups.length > 0) return;
    const missing = this.#connected ? 'await app.startAllMicroservices()' : 'connectKafka(app)';
    new Logger('KafkaModule').warn(`no topic is read: ${missing} was not called`);
  }

  /** Drains and leaves the groups of all clusters. @returns whether each of them stopped cleanly */
  async stop(): Promise<boolean> {
    const stops = this.all.map(({ runtime, config }) => runtime.stop(config.shutdownTimeoutMs));
    return (await Promise.all(stops)).every(Boolean);
  }
}

function textOf(name: unknown): string[] {
  return typeof name === 'string' ? [name] : [];
}

/** Provides the {@link KafkaClusters}, once for all imports of `KafkaModule`. */
@Global()
@Module({ providers: [KafkaClusters], exports: [KafkaClusters] })
export class KafkaClustersModule {}
