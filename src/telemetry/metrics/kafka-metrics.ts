import { Injectable } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { KafkaClusters } from '../../transport/index.js';
import { ReachableOffsets } from './reachable-offsets.js';
import { registerGroupMetrics } from './group-metrics.js';
import { registerPartitionMetrics } from './partition-metrics.js';
import { Snapshots } from './snapshots.js';
import { registerPublishMetrics } from './publish-metrics.js';
import { registerTopicMetrics } from './topic-metrics.js';

/**
 * The metrics of the consumers, `kafka_consumer_...`, and of the publisher, `kafka_publisher_...`. Both count in plain fields that are read only by a
 * scrape, so that handling a record never calls the metrics library.
 */
@Injectable()
export class KafkaMetrics {
  /** @internal */
  constructor(
    private readonly clusters: KafkaClusters,
    private readonly ends: ReachableOffsets,
  ) {}

  /**
   * Adds them to a registry; call it once for each. Those of a cluster with a name have the label `cluster`.
   *
   * @example
   * kafkaMetrics.registerIn(register); // prom-client's default registry
   */
  registerIn(registry: Registry): void {
    registerTopicMetrics(registry, this.clusters);
    registerPublishMetrics(registry, this.clusters);
    const snapshots = new Snapshots(this.clusters);
    registerPartitionMetrics(registry, snapshots, this.ends);
    registerGroupMetrics(registry, snapshots);
  }
}
