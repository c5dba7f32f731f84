import type { RawHeaders } from '../../core/records/fetched.js';
import type { OutgoingRecord } from '../../kafka/consumer-port.js';
import { HEADERS } from '../headers.js';
import type { DeadLetter } from './dead-letter.js';

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
  /** Left to the key where the topic has no partition of the original's number. */
  readonly partition: number | undefined;
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
  letter: DeadLetter,
  record: ReplayRecord,
  topic: string,
  partitions: ReadonlySet<number>,
): Destination {
  const { originalPartition = letter.partition } = letter;
  const isSameKey = letter.key === null ? record.key === null : record.key?.equals(letter.key) === true;
  return { topic, partition: isSameKey && partitions.has(originalPartition) ? originalPartition : undefined };
}

/**
 * The record as it is written. Only the group that failed is to handle it again, so it is named; in another
 * topic than its own nobody has handled it, and every group may.
 */
export function toOutgoing(
  letter: DeadLetter,
  record: ReplayRecord,
  { topic, partition }: Destination,
): OutgoingRecord {
  const goesBack = topic === letter.originalTopic && letter.group !== undefined;
  return {
    topic,
    ...(partition === undefined ? {} : { partition }),
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      [HEADERS.replays]: String(letter.replays + 1),
      ...(goesBack ? { [HEADERS.replayFor]: letter.group } : {}),
    },
  };
}

/** What says in the dead-letter topic that the record was sent back. */
export function toMark({ topic, partition, offset, key }: DeadLetter, to: string): OutgoingRecord {
  const headers = {
    [HEADERS.replayedPartition]: String(partition),
    [HEADERS.replayedOffset]: offset,
    [HEADERS.replayedTo]: to,
  };
  return { topic, partition, key, value: null, headers };
}
