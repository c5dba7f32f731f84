import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { NoCommittedOffsetError } from '../errors.js';
import type { GroupHooks } from './group-hooks.js';

/** @throws NoCommittedOffsetError if an assigned partition has no committed offset, but its topic requires one */
export async function requireCommittedOffsets(group: ConsumerGroup, hooks: GroupHooks): Promise<void> {
  const topics = group.subscriptionState
    .assigned()
    .filter(({ topic }) => hooks.requiresCommittedOffset(topic))
    .map(({ topic, partitions }) => ({ topic, partitions: partitions.map((partition) => ({ partition })) }));
  if (topics.length === 0) return;
  const coordinator = await group.offsetManager.getCoordinator();
  const { responses } = await coordinator.offsetFetch({ groupId: group.groupId, topics });
  const missing = responses.flatMap(({ topic, partitions }) =>
    partitions.filter(({ offset }) => Number(offset) < 0).map(({ partition }) => ({ topic, partition })),
  );
  if (missing.length > 0) throw new NoCommittedOffsetError(group.groupId, missing, 'missing');
}
