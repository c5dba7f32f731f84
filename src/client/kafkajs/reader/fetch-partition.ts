import type { Broker } from 'kafkajs-pinned';
import type {
  FetchedMessage,
  FetchResponse,
} from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { CodedError } from '../../../errors/index.js';
import type { TopicPartitionOffset } from '../../../pipeline/index.js';
import { READ_COMMITTED, type ClusterClient } from '../cluster.js';
import { unpacked } from '../packed-messages.js';

/** How long a leader may hold back a response while there are no records, in ms. */
const MAX_WAIT_MS = 100;

/** A partition has no leader at the moment, or this client does not know the partition. */
export class LeaderUnknownError extends CodedError {
  readonly code = 'LEADER_UNKNOWN';
  readonly retriable = true;

  constructor(topic: string, partition: number) {
    super(`${topic}[${partition}] has no leader that this client knows, or there is no such partition`);
  }
}

/** Fetches from a partition's leader, from an offset on. The first batch is complete, however large it is. */
export async function fetchPartition(
  cluster: ClusterClient,
  { topic, partition, offset }: TopicPartitionOffset,
  maxBytes: number,
): Promise<readonly FetchedMessage[]> {
  const leader = await leaderOf(cluster, topic, partition);
  const { responses }: FetchResponse = await leader.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes,
    topics: [{ topic, partitions: [{ partition, fetchOffset: offset, maxBytes }] }],
  });
  return unpacked(responses[0]?.partitions[0]?.messages ?? []);
}

async function leaderOf(cluster: ClusterClient, topic: string, partition: number): Promise<Broker> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) throw new LeaderUnknownError(topic, partition);
  return cluster.findBroker({ nodeId });
}
