import { Module } from '@nestjs/common';
import { KafkaModule } from '../../transport/index.js';
import { EndOffsets } from './end-offsets.js';
import { EventLoopStalls } from './event-loop-stalls.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsRegistry } from './metrics.registry.js';

/** Metrics for Prometheus, at `/metrics`. */
@Module({
  imports: [KafkaModule],
  controllers: [MetricsController],
  providers: [EndOffsets, EventLoopStalls, MetricsRegistry],
})
export class MetricsModule {}
