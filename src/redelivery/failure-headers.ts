import type { FailedRecord, RawHeaders, TopicPartition } from '../pipeline/index.js';
import { isRetryTopic, isRetryTopicOf } from './topic-names.js';
import { exceptionHeaders } from './exception-headers.js';
import { HEADERS } from './headers.js';
import { headerNumber, headerText, ownHeaders, type WithHeaders } from './record-headers.js';
import { replayAddressOf } from './replay-address.js';

/** Where a record of a retry topic was first. */
export interface RecordOrigin extends TopicPartition {
  readonly offset: string;
  /** Milliseconds since the epoch, in decimal digits. */
  readonly timestamp: string;
  /** The group whose retry topic it is in. */
  readonly group: string;
}

/**
 * What the headers of a record say of its origin; undefined where they were not written for the topic that it is in.
 * They count only in the one topic in which their group's records of their topic wait. Elsewhere, as where somebody
 * reads dead letters or a handler forwards headers, they tell of another record.
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

/** The topic that a record was in before the first retry topic, if it has been in any. */
export function originalTopicOf({ at, record }: FailedRecord): string {
  return originOf(at, record)?.topic ?? at.topic;
}

/** Calls that failed for a record in the topics that it was in before; 0 outside of retry topics. */
export function earlierAttempts(at: TopicPartition, record: WithHeaders): number {
  return originOf(at, record) ? (headerNumber(record, HEADERS.attempts) ?? 0) : 0;
}

/** A failed record's own headers, with where it comes from and why it is put aside. */
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
