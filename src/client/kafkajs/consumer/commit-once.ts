import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { TopicPartitionOffset } from '../../../pipeline/index.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';

/**
 * Commits offsets with one request, with the generation of the offset manager. kafkajs's own `commitOffsets` retries
 * across a rejoin, and would commit with the new generation for partitions that may belong to another member.
 * @throws if the coordinator does not confirm the commit
 */
export async function commitOnce(
  group: ConsumerGroup,
  offsetManager: ConsumerGroup['offsetManager'],
  offsets: readonly TopicPartitionOffset[],
): Promise<void> {
  const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((each) => each.topic === topic)
      .map(({ partition, offset }) => ({ partition, offset })),
  }));
  try {
    await offsetManager.commitOffsets({ topics });
  } catch (error) {
    if (isCoordinatorAway(error)) await findCoordinator(group);
    throw error;
  }
}
