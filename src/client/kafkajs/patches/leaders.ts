import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

/** How often it is looked at, in ms. */
const EVERY_MS = 1_000;

const looked = new WeakMap<ConsumerGroup, number>();

/**
 * Asks for the leaders again where a partition's leader is none of the brokers that are fetched from. kafkajs has a
 * fetch loop for each broker that it knew when it last asked, and asks again when a fetch fails, or after five
 * minutes: a partition that is led by a broker which was away at that time is in no loop, so no fetch of it fails, and
 * it would stand still until then.
 */
export async function knowLeaders(group: ConsumerGroup): Promise<void> {
  const now = performance.now();
  if (now - (looked.get(group) ?? -EVERY_MS) < EVERY_MS) return;
  looked.set(group, now);
  if (!hasOrphans(group)) return;
  await askForLeaders(group);
}

/** Never rejects: what keeps brokers from answering is seen by the heartbeats, and by the fetches that follow. */
export async function askForLeaders(group: ConsumerGroup): Promise<void> {
  await group.cluster.refreshMetadata().catch(() => undefined);
}

function hasOrphans(group: ConsumerGroup): boolean {
  const fetchedFrom = new Set(group.cluster.getNodeIds().map(String));
  return group.subscriptionState.active().some(({ topic, partitions }) => {
    const byBroker = Object.entries(group.findReadReplicaForPartitions(topic, partitions));
    const led = byBroker.flatMap(([nodeId, those]) => (fetchedFrom.has(nodeId) ? those : []));
    return led.length < partitions.length;
  });
}
