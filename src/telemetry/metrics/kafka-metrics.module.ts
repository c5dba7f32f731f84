import { Module } from '@nestjs/common';
import { EndOffsets } from './end-offsets.js';
import { KafkaMetrics } from './kafka-metrics.js';

/** Provides {@link KafkaMetrics} for a registry of the application, without an endpoint of its own. */
@Module({ providers: [EndOffsets, KafkaMetrics], exports: [KafkaMetrics] })
export class KafkaMetricsModule {}
