import { type DynamicModule, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DatabaseModule } from '../database/index.js';
import { controllerMethods, KafkaClusters } from '../transport/index.js';
import { IdempotentHandlerError } from './errors.js';
import { IdempotencyStore } from './idempotency-store.js';
import { idempotentHandler, isIdempotent } from './idempotent-handler.js';
import { PostgresStore } from './postgres.store.js';

/**
 * Import it into modules with `@Idempotent` handlers or with services that use `Database`.
 *
 * @example
 * @Module({ imports: [IdempotencyModule], controllers: [PaymentsController], providers: [PaymentsService] })
 */
@Module({
  imports: [DatabaseModule],
  providers: [{ provide: IdempotencyStore, useClass: PostgresStore }],
  exports: [IdempotencyStore, DatabaseModule],
})
export class IdempotencyModule implements OnModuleInit, OnApplicationShutdown {
  /** @internal */
  constructor(
    private readonly store: IdempotencyStore,
    private readonly modules: ModulesContainer,
    private readonly clusters: KafkaClusters,
  ) {}

  /** The module with another store: a `MemoryStore` in tests, or your own. */
  static withStore(store: IdempotencyStore): DynamicModule {
    return { module: IdempotencyModule, providers: [{ provide: IdempotencyStore, useValue: store }] };
  }

  /**
   * @throws IdempotentHandlerError if a handler cannot be idempotent, or two handlers have the same name
   * @throws ConfigError if a handler needs a database and none is configured
   */
  onModuleInit(): void {
    const scopes = new Map<string, string>();
    for (const { controller, method } of controllerMethods(this.modules)) {
      if (!isIdempotent(method)) continue;
      const { name, scope } = idempotentHandler(
        controller,
        method,
        (...of) => this.clusters.of(...of).config.kafka,
      );
      const other = scopes.get(scope);
      if (other !== undefined) {
        throw new IdempotentHandlerError(
          name,
          `${other} has the same name, so that a record handled by one would count as handled by both; give ` +
            `one of them a name of its own, as in @Idempotent({ name: 'payments-audit' })`,
        );
      }
      scopes.set(scope, name);
    }
    if (scopes.size > 0) this.store.start();
  }

  onApplicationShutdown(): void {
    this.store.stop();
  }
}
