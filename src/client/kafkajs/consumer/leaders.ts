import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';

/** Refreshes the leaders that a group knows. Never rejects: heartbeats and later fetches report an unreachable broker. */
export async function refreshLeaders(group: ConsumerGroup): Promise<void> {
  await group.cluster.refreshMetadata().catch(() => undefined);
}
