import { Inject, Module, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import { DirectCalls } from './handlers/direct-calls.js';
import { KafkaRuntime } from './kafka-runtime.js';
import { KafkaStrategy } from './kafka.strategy.js';
import { KafkaJsPort } from '../client/index.js';
import { PassThroughFilter } from './handlers/pass-through.filter.js';
import { KAFKA_PORT } from './tokens.js';

/** The transport, and what runs behind it. */
@Module({
  providers: [
    {
      provide: KAFKA_PORT,
      useFactory: (config: ServiceConfig) => new KafkaJsPort(config.kafka),
      inject: [SERVICE_CONFIG],
    },
    DirectCalls,
    KafkaRuntime,
    KafkaStrategy,
  ],
  exports: [KafkaRuntime, KafkaStrategy],
})
export class KafkaModule implements OnModuleDestroy, OnApplicationShutdown {
  constructor(
    moduleRef: ModuleRef,
    http: HttpAdapterHost,
    directCalls: DirectCalls,
    private readonly runtime: KafkaRuntime,
    @Inject(SERVICE_CONFIG) private readonly config: ServiceConfig,
  ) {
    // Nest asks filters last come, first served: only the very first of the global ones leaves the choice to
    // every filter of the user's, and no public call puts one there.
    moduleRef['container'].applicationConfig
      ?.getGlobalFilters()
      .unshift(new PassThroughFilter(http.httpAdapter));
    directCalls.identifyHandlers();
  }

  async onModuleDestroy(): Promise<void> {
    await this.runtime.stop(this.config.shutdownTimeoutMs);
  }

  /** Other modules, such as a replay under way, may ask about topics until their own `onModuleDestroy` is over. */
  onApplicationShutdown(): void {
    this.runtime.close();
  }
}
