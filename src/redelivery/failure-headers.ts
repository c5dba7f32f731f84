import type { FailedRecord, RawHeaders, TopicPartition } from '../pipeline/index.js';
import { isRetryTopic, isRetryTopicOf } from './topic-names.js';
import { exceptionHeaders } from './exception-headers.js';
import { HEADERS } from './headers.js';
import { headerNumber, headerText, ownHeaders, type WithHeaders } from './record-headers.js';
import { replayAddressOf } from './replay-address.js';

/** The original position of a record in a retry topic. */
export interface RecordOrigin extends TopicPartition {
  readonly offset: string;
  /** Milliseconds since the epoch, in decimal digits. */
  readonly timestamp: string;
  /** The group whose retry topic it is in. */
  readonly group: string;
}

/**
 * Reads a record's original position; undefined if the headers were not written for the topic that the record is in.
 * They count only in the retry topic of exactly their topic and group. Anywhere else, for example where a handler
 * forwards headers, they describe another record.
 */
export function originOf(at: Pick<TopicPartition, 'topic'>, record: WithHeaders): RecordOrigin | undefined {
  if (!isRetryTopic(at.topic)) return undefined;
  const topic = headerText(record, HEADERS.originalTopic);
  const group = headerText(record, HEADERS.originalGroup);
  const partition = headerNumber(record, HEADERS.originalPartition);
  const offset = headerText(record, HEADERS.originalOffset);
  const timestamp = headerText(record, HEADERS.originalTimestamp);
  if (!topic || !group || partition === undefined || !offset || !timestamp) return undefined;
  return isRetryTopicOf(at.topic, topic, group) ? { topic, partition, offset, timestamp, group } : undefined;
}

/** The topic of a record before its first retry topic; otherwise the topic that it is in. */
export function originalTopicOf({ at, record }: FailedRecord): string {
  return originOf(at, record)?.topic ?? at.topic;
}

/** The number of failed calls in earlier topics; 0 outside of retry topics. */
export function earlierAttempts(at: TopicPartition, record: WithHeaders): number {
  return originOf(at, record) ? (headerNumber(record, HEADERS.attempts) ?? 0) : 0;
}

/** A failed record's own headers, and those that describe its original position and the failure. */
export function failureHeaders(failed: FailedRecord, groupId: string, now: Date): RawHeaders {
  const { at, record, error, attempts, firstFailedAt } = failed;
  const origin = originOf(at, record);
  const replays = origin ? headerNumber(record, HEADERS.replays) : replayAddressOf(at, record)?.replays;
  const { topic, partition, offset, timestamp } = origin ?? {
    ...at,
    offset: record.offset,
    timestamp: record.timestamp,
  };
  const failedBefore = origin && headerText(record, HEADERS.firstFailedAt);
  return {
    ...ownHeaders(record),
    [HEADERS.originalTopic]: topic,
    [HEADERS.originalPartition]: String(partition),
    [HEADERS.originalOffset]: offset,
    [HEADERS.originalTimestamp]: timestamp,
    [HEADERS.originalGroup]: groupId,
    ...exceptionHeaders(error),
    [HEADERS.attempts]: String(attempts + earlierAttempts(at, record)),
    [HEADERS.firstFailedAt]: failedBefore ?? new Date(firstFailedAt || now).toISOString(),
    [HEADERS.failedAt]: now.toISOString(),
    [HEADERS.replays]: String(replays ?? 0),
  };
}
