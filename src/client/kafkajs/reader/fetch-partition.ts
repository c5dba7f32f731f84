import type { Broker } from 'kafkajs';
import type { FetchedMessage, FetchResponse } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { type FetchedRecord, toOffset, type TopicPartitionOffset } from '../../../pipeline/index.js';
import { READ_COMMITTED, type ReadingCluster } from '../cluster.js';
import { unpacked } from '../packed-messages.js';

/** How long a leader may hold an answer back for want of records, in ms: there should be some. */
const MAX_WAIT_MS = 100;

/** Nobody leads a partition just now, or this client has not heard of it. */
export class LeaderUnknownError extends Error {
  readonly code = 'LEADER_UNKNOWN';
  readonly retriable = true;

  constructor(topic: string, partition: number) {
    super(`${topic}[${partition}] has no leader that this client knows of, or there is no such partition`);
    this.name = 'LeaderUnknownError';
  }
}

/** What a partition's leader has from an offset on; the first batch in full, however large it is. */
export async function fetchPartition(
  cluster: ReadingCluster,
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

/** A message as a record; undefined for one that only moves the position. */
export function toRecord({
  isControlRecord,
  offset,
  key,
  value,
  timestamp,
  headers,
}: FetchedMessage): FetchedRecord | undefined {
  if (isControlRecord || timestamp === undefined) return undefined;
  return { offset: toOffset(offset), key: key ?? null, value: value ?? null, timestamp, headers };
}

async function leaderOf(cluster: ReadingCluster, topic: string, partition: number): Promise<Broker> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) throw new LeaderUnknownError(topic, partition);
  return cluster.findBroker({ nodeId });
}
