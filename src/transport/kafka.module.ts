import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  Optional,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { KafkaJsPort } from '../client/index.js';
import {
  KAFKA_CONFIG,
  type KafkaModuleConfig,
  type KafkaModuleOptions,
  resolveOptions,
} from '../config/index.js';
import { DirectCalls } from './handlers/registry/direct-calls.js';
import { KafkaClusters, KafkaClustersModule } from './kafka-clusters.js';
import { KafkaModuleError } from './kafka-module.error.js';
import { KafkaRuntime } from './kafka-runtime.js';
import { KafkaStrategy } from './kafka.strategy.js';
import { requireOneCopy } from './one-copy.js';
import { RUNTIME_ENVIRONMENT, SYSTEM_ENVIRONMENT } from './group/runtime-environment.js';
import { KAFKA_PORT } from './tokens.js';

/** Which cluster a `KafkaModule` is for. */
export interface ClusterOptions {
  /**
   * Needed for each further cluster of the application. Handlers with the option `cluster` of that name read it; those
   * without the option read the cluster without a name.
   */
  readonly name?: string | undefined;
}

/**
 * Token of the cluster's name. With `moduleIdGeneratorAlgorithm: 'deep-hash'`, Nest takes dynamic modules with equal
 * metadata for the same module, and those of two clusters would differ in nothing else.
 */
const CLUSTER_NAME = Symbol('CLUSTER_NAME');

/** Options of `KafkaModule.forRoot`. */
export interface KafkaRootOptions extends KafkaModuleOptions, ClusterOptions {}

/** How `KafkaModule.forRootAsync` gets its options. */
export interface KafkaModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'>, ClusterOptions {
  /** Providers that the factory receives as arguments. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<KafkaModuleOptions | Promise<KafkaModuleOptions>>['useFactory'];
}

/**
 * The Kafka transport of an application; the handlers are in its controllers. Import it once for each cluster, in the
 * root module, and connect it with `connectKafka(app)`.
 *
 * When the application closes, the transport drains before any other module is destroyed.
 *
 * @example
 * KafkaModule.forRoot({ brokers: ['kafka:9092'], clientId: 'shop', groupId: 'shop' })
 * @example
 * KafkaModule.forRoot({ name: 'audit', brokers: ['audit:9092'], clientId: 'shop', groupId: 'shop' })
 */
@Module({ imports: [KafkaClustersModule] })
export class KafkaModule implements OnModuleDestroy, OnApplicationShutdown {
  readonly #runtime: KafkaRuntime;

  /** @internal */
  constructor(
    modules: ModulesContainer,
    private readonly clusters: KafkaClusters,
    @Optional() @Inject(DirectCalls) directCalls?: DirectCalls,
    @Optional() @Inject(KAFKA_CONFIG) config?: KafkaModuleConfig,
    @Optional() @Inject(KafkaRuntime) runtime?: KafkaRuntime,
    @Optional() @Inject(KafkaStrategy) strategy?: KafkaStrategy,
  ) {
    requireOneCopy();
    if (!directCalls || !config || !runtime || !strategy) throw importedBare(modules);
    this.#runtime = runtime;
    clusters.add({ config, runtime, strategy });
    destroyFirst(modules);
    directCalls.identifyHandlers();
  }

  /** Invalid options make creating the application fail with a `ConfigError`. */
  static forRoot({ name, ...options }: KafkaRootOptions): DynamicModule {
    return KafkaModule.forRootAsync({ name, useFactory: () => options });
  }

  /** For options that depend on other providers, such as a configuration service. */
  static forRootAsync({
    name,
    imports = [],
    inject = [],
    useFactory,
  }: KafkaModuleAsyncOptions): DynamicModule {
    return {
      module: KafkaModule,
      // Providers that are injected without a name belong to the cluster without a name.
      global: name === undefined,
      imports,
      providers: [
        { provide: CLUSTER_NAME, useValue: name },
        {
          provide: KAFKA_CONFIG,
          useFactory: async (...given: unknown[]): Promise<KafkaModuleConfig> =>
            Object.freeze({ ...resolveOptions(await useFactory(...given)), name }),
          inject,
        },
        {
          provide: KAFKA_PORT,
          useFactory: ({ kafka }: KafkaModuleConfig) => new KafkaJsPort(kafka),
          inject: [KAFKA_CONFIG],
        },
        { provide: RUNTIME_ENVIRONMENT, useValue: SYSTEM_ENVIRONMENT },
        DirectCalls,
        KafkaRuntime,
        KafkaStrategy,
      ],
      exports: name === undefined ? [KAFKA_CONFIG, KafkaRuntime, KafkaStrategy] : [],
    };
  }

  /** All clusters drain at the same time. */
  async onModuleDestroy(): Promise<void> {
    await this.clusters.stop();
  }

  /**
   * Not earlier: other modules, such as a running replay, may use the connections until their own `onModuleDestroy`
   * has ended, and requests over HTTP are answered even longer.
   */
  async onApplicationShutdown(): Promise<void> {
    await this.#runtime.close();
  }
}

/** Names the modules with `imports: [KafkaModule]`. */
function importedBare(modules: ModulesContainer): KafkaModuleError {
  const importing = [...modules.values()].filter((each) =>
    [...each.imports].some(
      ({ metatype, providers }) => metatype === KafkaModule && !providers.has(DirectCalls),
    ),
  );
  return new KafkaModuleError(
    `${importing.map(({ name }) => name).join(', ')} imports KafkaModule without options: import ` +
      'KafkaModule.forRoot(options) in the root module; other modules need no import of it',
  );
}

/**
 * Nest destroys modules by their distance from the root module, the root first and global modules last (@nestjs/core,
 * nest-application-context.js, callDestroyHook). Handlers use the services of any module, so the handlers must end
 * before the first module is destroyed.
 */
function destroyFirst(modules: ModulesContainer): void {
  for (const module of modules.values()) if (module.metatype === KafkaModule) module.distance = -1;
}
