import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { TopicPartition } from '../../../pipeline/index.js';

/** @returns the partitions that are assigned to the group's member */
export function assignedPartitions(group: ConsumerGroup): TopicPartition[] {
  return group.subscriptionState
    .assigned()
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}
