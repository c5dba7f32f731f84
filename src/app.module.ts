import { Module } from '@nestjs/common';
import { HealthModule } from './health/index.js';
import { ProcessingModule } from './processing/processing.module.js';
import { KafkaServiceModule } from './service/module.js';
import { MetricsModule } from './telemetry/metrics/index.js';

/** The root module of the service. */
@Module({
  imports: [KafkaServiceModule, MetricsModule, HealthModule, ProcessingModule],
})
export class AppModule {}
