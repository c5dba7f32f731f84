import { Module } from '@nestjs/common';
import { EventLoopStalls } from './event-loop-stalls.js';
import { KafkaMetricsModule } from './kafka-metrics.module.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsRegistry } from './metrics.registry.js';

/** Metrics for Prometheus, at `/metrics`. */
@Module({
  imports: [KafkaMetricsModule],
  controllers: [MetricsController],
  providers: [EventLoopStalls, MetricsRegistry],
})
export class MetricsModule {}
