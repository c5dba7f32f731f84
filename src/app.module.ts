import { Module } from '@nestjs/common';
import { ServiceConfigModule } from './config/index.js';
import { HealthModule } from './health/health.module.js';
import { KafkaModule } from './transport/index.js';
import { ProcessingModule } from './processing/processing.module.js';
import { LoggingModule } from './telemetry/logging.module.js';
import { MetricsModule } from './telemetry/metrics/metrics.module.js';
import { TracingModule } from './telemetry/tracing/tracing.module.js';

/** The root module of the service. */
@Module({
  imports: [
    ServiceConfigModule,
    LoggingModule,
    TracingModule,
    MetricsModule,
    KafkaModule,
    HealthModule,
    ProcessingModule,
  ],
})
export class AppModule {}
