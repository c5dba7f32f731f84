import type { FailureDestination, FailureOutcome } from '../handler/failure-policy.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { TopicPartition } from '../records/fetched.js';

/** A record whose handler failed, or that could not be stored. */
interface OfRecord {
  readonly record: InFlightRecord;
  /** What the handler threw; for `not stored`, the error of the store. */
  readonly error: unknown;
}

/** What happened to a failed record, or to a partition because of its failed records. */
export type FailureEvent =
  /** The record is handled again after `delayMs`. */
  | (OfRecord & { readonly kind: 'retrying'; readonly delayMs: number })
  /** A dependency of the handler is unavailable: the record is handled again after `delayMs`. */
  | (OfRecord & { readonly kind: 'awaiting dependency'; readonly delayMs: number })
  /** The record is not retried in its lane any more: it is stored elsewhere, or it was skipped. */
  | (OfRecord & { readonly kind: 'failed for good'; readonly outcome: FailureOutcome })
  /** The record could not be stored elsewhere; the store is retried after `delayMs`. */
  | (OfRecord & {
      readonly kind: 'not stored';
      readonly destination: FailureDestination;
      readonly delayMs: number;
    })
  /** The circuit breaker is open: fetching is paused, and the record is handled again after `delayMs`. */
  | (OfRecord & { readonly kind: 'breaker open'; readonly reason: string; readonly delayMs: number })
  /** The policy `stop`: the partition stops at this record. */
  | (OfRecord & { readonly kind: 'stopped' })
  /** The handler failed after it had settled the record: it is not retried. */
  | (OfRecord & { readonly kind: 'failed after settling' })
  /** The circuit breaker of the partition has closed. */
  | { readonly kind: 'breaker closed'; readonly at: TopicPartition }
  /** The parking topic cannot be read or written; the request is repeated after `delayMs`. */
  | {
      readonly kind: 'parking unavailable';
      readonly at: TopicPartition;
      readonly error: unknown;
      readonly delayMs: number;
    };

/** Receives every failure of a group: the log, the counters and health each subscribe one. */
export type FailureListener = (event: FailureEvent) => void;
