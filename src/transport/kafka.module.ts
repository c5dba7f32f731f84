import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleDestroy,
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
import { KafkaRuntime } from './kafka-runtime.js';
import { KafkaStrategy } from './kafka.strategy.js';
import { requireOneCopy } from './one-copy.js';
import { RUNTIME_ENVIRONMENT, SYSTEM_ENVIRONMENT } from './group/runtime-environment.js';
import { KAFKA_PORT } from './tokens.js';

/** How `KafkaModule.forRootAsync` gets its options. */
export interface KafkaModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Providers that the factory receives as arguments. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<KafkaModuleOptions | Promise<KafkaModuleOptions>>['useFactory'];
}

/**
 * The Kafka transport of an application; the handlers are in its controllers. Import it once, in the root module, and
 * connect it with `connectKafka(app)`.
 *
 * When the application closes, the transport drains before any other module is destroyed.
 */
@Module({})
export class KafkaModule implements OnModuleDestroy, OnApplicationShutdown {
  constructor(
    modules: ModulesContainer,
    directCalls: DirectCalls,
    private readonly runtime: KafkaRuntime,
    @Inject(KAFKA_CONFIG) private readonly config: KafkaModuleConfig,
  ) {
    requireOneCopy();
    destroyFirst(modules);
    directCalls.identifyHandlers();
  }

  /** Invalid options make creating the application fail with a `ConfigError`. */
  static forRoot(options: KafkaModuleOptions): DynamicModule {
    return KafkaModule.forRootAsync({ useFactory: () => options });
  }

  /** For options that depend on other providers, such as a configuration service. */
  static forRootAsync({ imports = [], inject = [], useFactory }: KafkaModuleAsyncOptions): DynamicModule {
    return {
      module: KafkaModule,
      global: true,
      imports,
      providers: [
        {
          provide: KAFKA_CONFIG,
          useFactory: async (...given: unknown[]) => resolveOptions(await useFactory(...given)),
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
      exports: [KAFKA_CONFIG, KafkaRuntime, KafkaStrategy],
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.runtime.stop(this.config.shutdownTimeoutMs);
  }

  /**
   * Not earlier: other modules, such as a running replay, may use the connection until their own `onModuleDestroy`
   * has ended.
   */
  onApplicationShutdown(): void {
    this.runtime.close();
  }
}

/**
 * Nest destroys modules by their distance from the root module, the root first and global modules last (@nestjs/core,
 * nest-application-context.js, callDestroyHook). Handlers use the services of any module, so the handlers must end
 * before the first module is destroyed.
 */
function destroyFirst(modules: ModulesContainer): void {
  for (const module of modules.values()) if (module.metatype === KafkaModule) module.distance = -1;
}
