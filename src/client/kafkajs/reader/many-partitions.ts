import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import {
  compareOffsets,
  type FetchedRecord,
  type Offset,
  offsetAfter,
  toOffset,
  type TopicPartition,
} from '../../../pipeline/index.js';
import type { PartitionRange } from '../../partition-readers.js';
import { READ_COMMITTED, type ClusterClient } from '../cluster.js';
import { protocolErrorType, toError } from '../errors.js';
import { unpacked } from '../packed-messages.js';
import { toRecord } from '../to-record.js';
import { LeaderUnknownError } from './fetch-partition.js';

/** Kafka's number for the end of a log in ListOffsets requests. */
const LATEST = '-1';
/** How long a leader may hold back a response while there are no records, in ms. */
const MAX_WAIT_MS = 100;

/**
 * Looks up the last stable offsets of partitions with one request to each leader.
 * @returns for each partition its offset, or the reason why it is not known
 */
export async function endsOf(
  cluster: ClusterClient,
  partitions: readonly TopicPartition[],
): Promise<Map<TopicPartition, Offset | Error>> {
  const ends = new Map<TopicPartition, Offset | Error>();
  const work = [...byLeader(cluster, partitions)].map(async ([nodeId, those]) => {
    if (nodeId === undefined) {
      for (const each of those) ends.set(each, new LeaderUnknownError(each.topic, each.partition));
    } else await askLeader(cluster, nodeId, those, ends);
  });
  await Promise.all(work);
  return ends;
}

/** Queries all partitions at once; one by one if there is an error for any of them, since kafkajs then throws for all. */
async function askLeader(
  cluster: ClusterClient,
  nodeId: string,
  partitions: readonly TopicPartition[],
  ends: Map<TopicPartition, Offset | Error>,
): Promise<void> {
  try {
    const broker = await cluster.findBroker({ nodeId });
    const topics = byTopic(partitions, ({ partition }) => ({ partition, timestamp: LATEST }));
    const { responses } = await broker.listOffsets({ isolationLevel: READ_COMMITTED, topics });
    const found = new Map<string, Offset>();
    for (const { topic, partitions: answers } of responses) {
      for (const { partition, offset } of answers) found.set(`${topic}/${partition}`, toOffset(offset));
    }
    for (const each of partitions) {
      const end = found.get(`${each.topic}/${each.partition}`);
      ends.set(each, end ?? new LeaderUnknownError(each.topic, each.partition));
    }
  } catch (error) {
    if (partitions.length > 1 && protocolErrorType(error) !== undefined) {
      for (const each of partitions) await askLeader(cluster, nodeId, [each], ends);
    } else for (const each of partitions) ends.set(each, toError(error));
  }
}

/**
 * Reads ranges with fetches of many partitions each.
 * @returns the ranges that were read completely
 */
export async function readRanges<R extends PartitionRange>(
  cluster: ClusterClient,
  ranges: readonly R[],
  maxBytes: number,
  take: (range: R, record: FetchedRecord) => void,
): Promise<Set<R>> {
  const done = new Set<R>();
  const work = [...byLeader(cluster, ranges)].map(async ([nodeId, those]) => {
    if (nodeId !== undefined) await readFrom(cluster, nodeId, those, { maxBytes, take, done });
  });
  await Promise.all(work);
  return done;
}

/** The state that the reads from all leaders share. */
interface Reading<R> {
  readonly maxBytes: number;
  readonly take: (range: R, record: FetchedRecord) => void;
  readonly done: Set<R>;
}

/** Fetches from one leader until all ranges are read, or a fetch brings nothing more or fails. */
async function readFrom<R extends PartitionRange>(
  cluster: ClusterClient,
  nodeId: string,
  ranges: readonly R[],
  { maxBytes, take, done }: Reading<R>,
): Promise<void> {
  const left = new Map(
    ranges.map((range) => [`${range.topic}/${range.partition}`, { range, position: range.from }]),
  );
  const broker = await cluster.findBroker({ nodeId });
  for (let hasBroughtMore = true; hasBroughtMore && left.size > 0;) {
    hasBroughtMore = false;
    const topics = byTopic(
      [...left.values()].map(({ range: { topic, partition }, position }) => ({ topic, partition, position })),
      ({ partition, position }) => ({ partition, fetchOffset: position, maxBytes }),
    );
    const answer: FetchResponse = await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes,
      topics,
    });
    for (const { topicName, partitions } of answer.responses) {
      for (const { partition, messages } of partitions) {
        const key = `${topicName}/${partition}`;
        const reading = left.get(key);
        if (!reading) continue;
        const { range, position } = reading;
        for (const message of unpacked(messages)) {
          const offset = toOffset(message.offset);
          // Brokers send whole batches, which may begin before the position, or end beyond the range.
          if (compareOffsets(offset, reading.position) < 0) continue;
          if (compareOffsets(offset, range.to) < 0) {
            const record = toRecord(message);
            if (record) take(range, record);
          }
          reading.position = offsetAfter(offset);
        }
        if (reading.position !== position) hasBroughtMore = true;
        if (compareOffsets(reading.position, range.to) < 0) continue;
        left.delete(key);
        done.add(range);
      }
    }
  }
}

function byLeader<P extends TopicPartition>(
  cluster: ClusterClient,
  partitions: readonly P[],
): Map<string | undefined, P[]> {
  return Map.groupBy(
    partitions,
    ({ topic, partition }) => Object.keys(cluster.findLeaderForPartitions(topic, [partition]))[0],
  );
}

function byTopic<P extends TopicPartition, Q>(
  partitions: readonly P[],
  toRequest: (partition: P) => Q,
): { topic: string; partitions: Q[] }[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, those]) => ({
    topic,
    partitions: those.map(toRequest),
  }));
}
