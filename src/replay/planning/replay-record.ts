import type { RawHeaders } from '../../pipeline/index.js';
import { keyPartition, type OutgoingRecord } from '../../client/index.js';
import { addressHeaders, type DeadLetter, HEADERS, ownHeaders } from '../../redelivery/index.js';

/** What of a record goes back: the only parts that a transform may change. */
export interface ReplayRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's own headers; several under one name are a list. */
  readonly headers: RawHeaders;
}

/** Where a dead letter goes. */
export interface Destination {
  readonly topic: string;
  /** The original's number, or the key's where the topic has no such partition. */
  readonly partition: number;
}

/** The record as it was when it failed. */
export function toReplayRecord({ key, value, headers }: DeadLetter): ReplayRecord {
  return { key, value, headers };
}

/**
 * Where a record goes: its original partition, if the topic has it. A record that was given another key goes
 * where that key belongs.
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
 * The record as it is written. Only the group that failed is to handle it again, so it is named; in another
 * topic than its own nobody has handled it, and every group may.
 */
export function toOutgoing(deadLetter: DeadLetter, record: ReplayRecord, to: Destination): OutgoingRecord {
  const { key, value } = record;
  // A transform may have been given, or give, headers that tell of something else.
  const headers = ownHeaders(record);
  const address = {
    group: to.topic === deadLetter.originalTopic ? deadLetter.group : undefined,
    replays: deadLetter.replays + 1,
    of: `${deadLetter.topic}/${deadLetter.partition}/${deadLetter.offset}`,
  };
  const content = { key, value, headers };
  return { ...to, ...content, headers: { ...headers, ...addressHeaders(to, content, address) } };
}

/** What says in the dead-letter topic that the record was sent back. */
export function toReceipt(
  { topic, partition, offset, key, failedAt }: DeadLetter,
  to: string,
): OutgoingRecord {
  const headers = {
    [HEADERS.replayedTopic]: topic,
    [HEADERS.replayedPartition]: String(partition),
    [HEADERS.replayedOffset]: offset,
    // In a topic that was recreated, the same offset is another dead letter.
    ...(failedAt !== undefined && { [HEADERS.replayedFailedAt]: String(failedAt) }),
    [HEADERS.replayedTo]: to,
  };
  return { topic, partition, key, value: null, headers };
}
