import { Inject, Module, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import { DirectCalls } from './handlers/registry/direct-calls.js';
import { KafkaRuntime } from './kafka-runtime.js';
import { KafkaStrategy } from './kafka.strategy.js';
import { KafkaJsPort } from '../client/index.js';
import { PassThroughFilter } from './handlers/pass-through.filter.js';
import { KAFKA_PORT } from './tokens.js';

/** Provides the Kafka transport and its runtime. */
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
    // Nest asks the last registered filter first. Only as the first global filter does this one leave every error to
    // the user's filters, and no public method inserts a filter there.
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
