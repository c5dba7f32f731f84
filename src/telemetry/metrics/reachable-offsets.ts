import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { TopicPartition } from '../../pipeline/index.js';
import { type GroupSnapshot, KafkaClusters } from '../../transport/index.js';
import { ClusterReachableOffsets } from './cluster-reachable-offsets.js';

/**
 * Keeps the end offset of every assigned partition up to date. A fetch response contains it; for partitions that are
 * not fetched from (idle, paused or stuck) this class queries it.
 */
@Injectable()
export class ReachableOffsets implements OnApplicationBootstrap, OnApplicationShutdown {
  /** By the name of the cluster. */
  readonly #clusters = new Map<string | undefined, ClusterReachableOffsets>();

  constructor(private readonly clusters: KafkaClusters) {}

  onApplicationBootstrap(): void {
    for (const cluster of this.clusters.all) {
      const ends = new ClusterReachableOffsets(cluster);
      this.#clusters.set(cluster.config.name, ends);
      ends.start();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#clusters.values()].map((ends) => ends.stop()));
  }

  /** Since when a partition with nothing in flight has had records to read, in ms since the epoch. */
  behindSince(
    { cluster, groupId }: Pick<GroupSnapshot, 'cluster' | 'groupId'>,
    at: TopicPartition & { readonly committableOffset: string },
  ): number | undefined {
    return this.#clusters.get(cluster)?.behindSince(groupId, at);
  }
}
