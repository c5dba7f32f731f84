import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { CommitFailure, TopicPartitionOffset } from '../../../pipeline/index.js';
import { protocolErrorType } from '../errors.js';

/** Errors of a commit after which the member must rejoin. */
const REJOIN = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
]);

/** @returns the offsets as kafkajs's commit request, with all partitions of a topic together */
export function commitRequest(
  offsets: readonly TopicPartitionOffset[],
): Parameters<ConsumerGroup['offsetManager']['commitOffsets']>[0] {
  const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((each) => each.topic === topic)
      .map(({ partition, offset }) => ({ partition, offset })),
  }));
  return { topics };
}

/** @returns what a failed commit means for the member */
export function commitFailureOf(error: unknown): CommitFailure {
  return REJOIN.has(protocolErrorType(error) ?? '') ? 'rejoin' : 'transient';
}
