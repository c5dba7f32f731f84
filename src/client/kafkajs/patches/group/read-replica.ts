import Broker from 'kafkajs-pinned/src/broker/index.js';
import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup, { type PreferredReadReplica } from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { TopicPartition } from '../../../../pipeline/index.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { refreshLeaders } from '../../consumer/leaders.js';
import { protocolErrorType } from '../../errors.js';
import { installOnce } from '../install-once.js';

/** How long the next fetch waits after a read replica has failed, in ms: its leader may name it again at once. */
const RETRY_MS = 100;

/** The ids of the brokers that failed fetches were sent to, by error. */
const sentTo = new WeakMap<Error, number>();
/** The preferences of which the fetch loops know. */
const known = new WeakSet<PreferredReadReplica>();

/**
 * Reads from a preferred read replica (KIP-392) only while it can serve the fetch, and otherwise from the leader, at the
 * same offset.
 *
 * - Defect: in `consumer/consumerGroup.js`, `recoverFromOffsetOutOfRange` compares an object with `'number'`, so that
 *   it never returns to the leader; `findReadReplicaForPartitions` keeps a preference for a replica that is down or was
 *   moved away, since it looks for the leader among the offline replicas; and a fetch loop that waits because it reads no
 *   partition is not told that it is to read one.
 * - Effect: a follower that lags resets the offset. A partition whose read replica is gone is not read, or the group
 *   rejoins without end, until the preference expires. Whenever a partition changes its broker it waits for up to
 *   `maxWaitTimeInMs`.
 * - Test: `read-replica.spec.ts`; with brokers, `test/integration/staying-alive/read-replica.proof.ts`.
 * - Unnecessary when kafkajs drops a preference after any failed fetch, as Kafka's own consumer does.
 */
export const leaveReadReplicas = installOnce(() => {
  const { fetch: sendFetch } = Broker.prototype;
  Broker.prototype.fetch = async function (this: Broker, request) {
    try {
      return await sendFetch.call(this, request);
    } catch (error) {
      if (error instanceof Error && this.nodeId !== null) sentTo.set(error, Number(this.nodeId));
      throw error;
    }
  };

  const { prototype } = ConsumerGroup;
  const { findReadReplicaForPartitions, fetch, recoverFromFetch } = prototype;
  prototype.findReadReplicaForPartitions = function (this: ConsumerGroup, topic, partitions) {
    if (hooksOf(this)) dropUnavailable(this, topic);
    return findReadReplicaForPartitions.call(this, topic, partitions);
  };

  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const batches = await fetch.call(this, nodeId);
    if (hasNewPreference(this)) hooksOf(this)?.readReplicaChanged();
    return batches;
  };

  prototype.recoverFromFetch = async function (this: ConsumerGroup, error: Error): Promise<void> {
    const hooks = hooksOf(this);
    if (!hooks || !dropPreferencesFor(this, sentTo.get(error))) return recoverFromFetch.call(this, error);
    hooks.readReplicaChanged();
    if (protocolErrorType(error) === undefined) return recoverFromFetch.call(this, error);
    const { groupId, memberId } = this;
    this.logger.info(`The read replica cannot serve the fetch: ${error.message}; reading from the leader`, {
      groupId,
      memberId,
    });
    await refreshLeaders(this);
    await hooks.untilResumed(RETRY_MS);
  };
});

/**
 * Whether the broker that answered a fetch with this error leads the partition, before and after the leaders are
 * refreshed. Brokers serve consumers from followers too, so a former leader answers like a leader.
 */
export async function isLeadersAnswer(
  group: ConsumerGroup,
  { topic, partition }: TopicPartition,
  error: Error,
): Promise<boolean> {
  const isLeader = (): boolean =>
    group.cluster
      .findTopicPartitionMetadata(topic)
      .some(({ partitionId, leader }) => partitionId === partition && leader === sentTo.get(error));
  if (!isLeader()) return false;
  await group.cluster.refreshMetadata();
  return isLeader();
}

/** Drops the preferences of a topic that have expired, or whose broker or replica is offline. */
function dropUnavailable(group: ConsumerGroup, topic: string): void {
  const preferred = group.preferredReadReplicasPerTopicPartition[topic] ?? {};
  const named = Object.entries(preferred);
  if (named.length === 0) return;
  const now = Date.now();
  const brokers = new Set(group.cluster.getNodeIds().map(Number));
  const metadata = group.cluster.findTopicPartitionMetadata(topic);
  for (const [partition, { nodeId, expireAt }] of named) {
    const offline = metadata.find(({ partitionId }) => partitionId === Number(partition))?.offlineReplicas;
    if (now < expireAt && brokers.has(nodeId) && !offline?.includes(nodeId)) continue;
    delete preferred[Number(partition)];
    hooksOf(group)?.readReplicaChanged();
  }
}

/** Drops all preferences for a broker. @returns whether there were any */
function dropPreferencesFor(group: ConsumerGroup, nodeId: number | undefined): boolean {
  let isChanged = false;
  for (const preferred of Object.values(group.preferredReadReplicasPerTopicPartition)) {
    for (const [partition, replica] of Object.entries(preferred)) {
      if (replica.nodeId !== nodeId) continue;
      delete preferred[Number(partition)];
      isChanged = true;
    }
  }
  return isChanged;
}

/** Whether a leader has named a read replica since the last call. */
function hasNewPreference(group: ConsumerGroup): boolean {
  let isChanged = false;
  for (const preferred of Object.values(group.preferredReadReplicasPerTopicPartition)) {
    for (const replica of Object.values(preferred)) {
      if (known.has(replica)) continue;
      known.add(replica);
      isChanged = true;
    }
  }
  return isChanged;
}
