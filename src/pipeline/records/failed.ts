import type { FetchedRecord, TopicPartition } from './fetched.js';

/** A record that has failed for good in its lane, and why. Times are in ms since the epoch. */
export interface FailedRecord {
  readonly at: TopicPartition;
  readonly record: FetchedRecord;
  readonly error: unknown;
  /** Calls of the handler that failed, in this lane. */
  readonly attempts: number;
  readonly firstFailedAt: number;
}
