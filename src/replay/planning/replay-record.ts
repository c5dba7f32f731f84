import type { RawHeaders } from '../../pipeline/index.js';
import { keyPartition, type OutgoingRecord } from '../../client/index.js';
import { addressHeaders, type DeadLetter, HEADERS, ownHeaders } from '../../redelivery/index.js';

/** The parts of a record that are sent; a transform may change them. */
export interface ReplayRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's own headers; several values of one name are a list. */
  readonly headers: RawHeaders;
}

/** Where a dead letter is sent. */
export interface Destination {
  readonly topic: string;
  /** The original partition, or the partition of the key if the topic has no such partition. */
  readonly partition: number;
}

/** The record as it failed. */
export function toReplayRecord({ key, value, headers }: DeadLetter): ReplayRecord {
  return { key, value, headers };
}

/**
 * The destination of a record: its original partition if the topic has it. If a transform changed the key, the partition
 * of the new key.
 */
export function destinationOf(
  deadLetter: DeadLetter,
  record: ReplayRecord,
  topic: string,
  partitions: ReadonlySet<number>,
): Destination {
  const { originalPartition = deadLetter.partition } = deadLetter;
  const isSameKey =
    deadLetter.key === null ? record.key === null : record.key?.equals(deadLetter.key) === true;
  if (isSameKey && partitions.has(originalPartition)) return { topic, partition: originalPartition };
  const count = partitions.size;
  return { topic, partition: record.key ? keyPartition(record.key, count) : originalPartition % count };
}

/**
 * The record to write. In its original topic it names the group that failed, because only that group handles it again;
 * in another topic every group handles it.
 */
export function toOutgoing(deadLetter: DeadLetter, record: ReplayRecord, to: Destination): OutgoingRecord {
  const { key, value } = record;
  // A transform may return headers of this service; they would describe another record.
  const headers = ownHeaders(record);
  const address = {
    group: to.topic === deadLetter.originalTopic ? deadLetter.group : undefined,
    replays: deadLetter.replays + 1,
    of: `${deadLetter.topic}/${deadLetter.partition}/${deadLetter.offset}`,
  };
  const content = { key, value, headers };
  return { ...to, ...content, headers: { ...headers, ...addressHeaders(to, content, address) } };
}

/** The receipt in the dead-letter topic, which says that the record was replayed. */
export function toReceipt(
  { topic, partition, offset, key, failedAt }: DeadLetter,
  to: string,
): OutgoingRecord {
  const headers = {
    [HEADERS.replayedTopic]: topic,
    [HEADERS.replayedPartition]: String(partition),
    [HEADERS.replayedOffset]: offset,
    // If the topic was recreated, the same offset belongs to another dead letter.
    ...(failedAt !== undefined && { [HEADERS.replayedFailedAt]: String(failedAt) }),
    [HEADERS.replayedTo]: to,
  };
  return { topic, partition, key, value: null, headers };
}
