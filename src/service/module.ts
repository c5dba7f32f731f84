import { Module } from '@nestjs/common';
import { optionsOf, SERVICE_CONFIG } from '../config/index.js';
import { LoggingModule } from '../telemetry/logging.module.js';
import { TracingModule } from '../telemetry/tracing/tracing.module.js';
import { KafkaModule } from '../transport/index.js';
import { ServiceConfigModule } from './service-config.module.js';

/** The parts of a standalone service: configuration from the environment, log, traces and the Kafka transport. */
@Module({
  imports: [
    ServiceConfigModule,
    LoggingModule,
    TracingModule,
    KafkaModule.forRootAsync({ inject: [SERVICE_CONFIG], useFactory: optionsOf }),
  ],
})
export class KafkaServiceModule {}
