import { Module } from '@nestjs/common';
import { ReachableOffsets } from './reachable-offsets.js';
import { KafkaMetrics } from './kafka-metrics.js';

/** Provides {@link KafkaMetrics} for a registry of the application, without an endpoint of its own. */
@Module({ providers: [ReachableOffsets, KafkaMetrics], exports: [KafkaMetrics] })
export class KafkaMetricsModule {}
