/**
 * What follows from the error of a partition in an answer:
 * - `out of range`: the log does not have the offset;
 * - `leader`: another broker leads the partition, or will;
 * - `denied`: access is denied;
 * - `unreadable`: any other; the partition waits.
 */
export type PartitionFailure = 'out of range' | 'leader' | 'denied' | 'unreadable';

const FAILURES: Readonly<Record<string, PartitionFailure | undefined>> = {
  OFFSET_OUT_OF_RANGE: 'out of range',
  NOT_LEADER_OR_FOLLOWER: 'leader',
  LEADER_NOT_AVAILABLE: 'leader',
  REPLICA_NOT_AVAILABLE: 'leader',
  UNKNOWN_TOPIC_OR_PARTITION: 'leader',
  UNKNOWN_TOPIC_ID: 'leader',
  INCONSISTENT_TOPIC_ID: 'leader',
  FENCED_LEADER_EPOCH: 'leader',
  UNKNOWN_LEADER_EPOCH: 'leader',
  OFFSET_NOT_AVAILABLE: 'leader',
  KAFKA_STORAGE_ERROR: 'leader',
  TOPIC_AUTHORIZATION_FAILED: 'denied',
};

/** Classifies the error of a partition by Kafka's name for it. */
export function partitionFailureOf(error: string): PartitionFailure {
  return FAILURES[error] ?? 'unreadable';
}
