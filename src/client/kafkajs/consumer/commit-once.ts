import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { CommitFailure, TopicPartitionOffset } from '../../../pipeline/index.js';
import { protocolErrorType } from '../errors.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';

/** Errors of a commit after which the member must rejoin. */
const REJOIN = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
]);

/** @returns whether a failed commit can be repeated, or only after the member has rejoined */
export function commitFailureOf(error: unknown): CommitFailure {
  return REJOIN.has(protocolErrorType(error) ?? '') ? 'rejoin' : 'transient';
}

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
