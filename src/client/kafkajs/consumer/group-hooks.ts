import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { Offset, TopicPartition, TopicPartitionOffset } from '../../../pipeline/index.js';
import type { UnreadableBatchError } from '../../protocol/errors.js';

/** Callbacks of the patches of kafkajs's groups to their consumer. */
export interface GroupHooks {
  /** Called before a rejoin, while commits are still accepted. */
  beforeJoin(group: ConsumerGroup): Promise<void>;
  afterJoin(group: ConsumerGroup): void;
  /** Called with the offset that a partition is read from, before its first record. */
  positioned(position: TopicPartitionOffset): void;
  /**
   * The log does not have the offset that a partition was to be read from, and the reset policy names this one.
   * @returns the offset to continue at
   */
  outOfRange(position: TopicPartitionOffset): Offset;
  /** The next batch of a partition cannot be read; its records are not handed over. */
  unreadable(error: UnreadableBatchError): void;
  /** A subscribed topic no longer exists. */
  topicGone(): void;
  /** Resolves when a partition was resumed, or after `maxWaitMs`. */
  untilResumed(maxWaitMs: number): Promise<void>;
  /** A partition is to be fetched from another broker; ends the waits of `untilResumed`. */
  readReplicaChanged(): void;
  /** How long the broker may hold back the next fetch while there are no records, in ms. */
  maxWaitMs(): number;
  /**
   * The member's generation and assignment as of its last join; the leader of the group keeps as much of it as
   * possible.
   */
  claim(): { readonly generation: number; readonly assignment: readonly TopicPartition[] };
  /** Whether a partition of the topic without a committed offset is an error. */
  requiresCommittedOffset(topic: string): boolean;
  /** Whether the member is about to leave its group, or has left it. */
  readonly stopped: boolean;
}

/** A partition assigner that carries the hooks of its consumer to the group that kafkajs creates with it. */
export interface HookCarrier {
  readonly hooks: GroupHooks;
}

/** @returns the hooks of a group's consumer; undefined for a consumer that this service did not create */
export function hooksOf(group: ConsumerGroup): GroupHooks | undefined {
  const carrier = group.assigners.find((assigner): assigner is HookCarrier => 'hooks' in assigner);
  return carrier?.hooks;
}
