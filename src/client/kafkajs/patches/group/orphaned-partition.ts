import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { refreshLeaders } from '../../consumer/leaders.js';
import { installOnce } from '../install-once.js';

/** How often a group looks for orphaned partitions, in ms. */
const EVERY_MS = 1_000;

const lookedAt = new WeakMap<ConsumerGroup, number>();

/**
 * Refreshes the metadata while a partition is led by a broker that is not fetched from.
 *
 * - Defect: `FetchManager` (`consumer/fetchManager.js`) has a fetch loop for each broker of the last metadata, which is
 *   refreshed when a fetch fails, or after five minutes.
 * - Effect: a partition whose leader was down at that time is in no fetch loop, so no fetch for it fails: it is not
 *   read for five minutes, without a log line.
 * - Test: `fetch-loop.spec.ts`; with a broker, `test/integration/staying-alive/moving-brokers.proof.ts`.
 * - Unnecessary when kafkajs refreshes the metadata while a partition has no fetch loop.
 */
export const findOrphanedPartitions = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { fetch } = prototype;
  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    if (hooksOf(this)) await findLeaders(this);
    return fetch.call(this, nodeId);
  };
});

async function findLeaders(group: ConsumerGroup): Promise<void> {
  const now = performance.now();
  if (now - (lookedAt.get(group) ?? -EVERY_MS) < EVERY_MS) return;
  lookedAt.set(group, now);
  if (hasOrphans(group)) await refreshLeaders(group);
}

function hasOrphans(group: ConsumerGroup): boolean {
  const fetchedFrom = new Set(group.cluster.getNodeIds().map(String));
  return group.subscriptionState.active().some(({ topic, partitions }) => {
    const byBroker = Object.entries(group.findReadReplicaForPartitions(topic, partitions));
    const fetched = byBroker.flatMap(([nodeId, those]) => (fetchedFrom.has(nodeId) ? those : []));
    return fetched.length < partitions.length;
  });
}
