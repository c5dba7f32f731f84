import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { KAFKA_CONFIG, type KafkaModuleConfig, type KafkaModuleOptions } from '../config/index.js';
import { IdempotencyStore, MemoryStore } from '../idempotency/index.js';
import {
  KAFKA_PORT,
  KafkaModule,
  KafkaRuntime,
  KafkaStrategy,
  RUNTIME_ENVIRONMENT,
} from '../transport/index.js';
import { KafkaTesting } from './kafka-testing.js';
import { TestWorld } from './test-world.js';

/** Options of a test. Those of `KafkaModule` apply unless a module of the test imports `KafkaModule` itself. */
export interface KafkaTestingOptions extends Partial<KafkaModuleOptions> {
  /** How many partitions topics have. Default 1. */
  readonly partitions?: number;
  /**
   * How long a handler may run, in ms of real time. After that its `timeoutMs` passes; without one, `deliver` rejects.
   * Default 2000.
   */
  readonly hangAfterMs?: number;
}

const DEFAULTS = { brokers: ['memory:9092'], clientId: 'test', groupId: 'test' };

/**
 * Runs handlers in a test without a broker: through the real transport, with topics in memory and virtual time.
 *
 * @example
 * const kafka = await KafkaTestingModule.create({ imports: [OrdersModule] });
 * await kafka.deliver('orders', { key: 'o-1', value: { id: 'o-1' } });
 * await kafka.close();
 */
@Module({})
export class KafkaTestingModule {
  /** Compiles the modules, and starts to consume. */
  static async create(metadata: ModuleMetadata, options: KafkaTestingOptions = {}): Promise<KafkaTesting> {
    const module = await KafkaTestingModule.createTestingModule(metadata, options).compile();
    return module.get(KafkaTesting).start();
  }

  /**
   * Nest's `Test.createTestingModule` with the transport in memory. Idempotent handlers store their receipts in memory.
   *
   * @example
   * const module = await KafkaTestingModule.createTestingModule({ imports: [OrdersModule] })
   *   .overrideProvider(PaymentGateway)
   *   .useValue(gateway)
   *   .compile();
   * const kafka = await module.get(KafkaTesting).start();
   */
  static createTestingModule(
    metadata: ModuleMetadata,
    options: KafkaTestingOptions = {},
  ): TestingModuleBuilder {
    const { partitions = 1, hangAfterMs = 2_000, ...kafka } = options;
    const { imports = [] } = metadata;
    const world = new TestWorld(partitions, hangAfterMs);
    const missing = importsKafka(imports) ? [] : [KafkaModule.forRoot({ ...DEFAULTS, ...kafka })];
    return Test.createTestingModule({ ...metadata, imports: [...missing, testing(world), ...imports] })
      .overrideProvider(KAFKA_PORT)
      .useFactory({ factory: ({ name }: KafkaModuleConfig) => world.kafkaOf(name), inject: [KAFKA_CONFIG] })
      .overrideProvider(RUNTIME_ENVIRONMENT)
      .useFactory({
        factory: ({ name }: KafkaModuleConfig) => world.environmentOf(name),
        inject: [KAFKA_CONFIG],
      })
      .overrideProvider(IdempotencyStore)
      .useValue(new MemoryStore({ now: () => world.clock.now() }));
  }
}

function testing(world: TestWorld): DynamicModule {
  const create = (
    runtime: KafkaRuntime,
    strategy: KafkaStrategy,
    modules: ModulesContainer,
    moduleRef: ModuleRef,
  ): KafkaTesting => new KafkaTesting({ world, runtime, strategy, modules, moduleRef });
  const inject = [KafkaRuntime, KafkaStrategy, ModulesContainer, ModuleRef];
  return {
    module: KafkaTestingModule,
    providers: [{ provide: KafkaTesting, useFactory: create, inject }],
    exports: [KafkaTesting],
  };
}

/** Whether `KafkaModule` is one of the modules or of their imports. */
function importsKafka(modules: readonly unknown[]): boolean {
  const seen = new Set<unknown>();
  const find = (module: unknown): boolean => {
    if (seen.has(module) || module === null || module === undefined) return false;
    seen.add(module);
    if (module === KafkaModule) return true;
    if (typeof module === 'function') {
      const imports: unknown = Reflect.getMetadata('imports', module);
      return Array.isArray(imports) && imports.some(find);
    }
    if (typeof module !== 'object') return false;
    // A forward reference, or a dynamic module; promises of modules are not searched.
    if ('forwardRef' in module && typeof module.forwardRef === 'function') return find(module.forwardRef());
    const imports = 'imports' in module && Array.isArray(module.imports) ? module.imports : [];
    return ('module' in module && find(module.module)) || imports.some(find);
  };
  return modules.some(find);
}
