import type { Backoff } from '../time/backoff.js';

/** How often, and for how long, a record is retried in its lane. */
export interface RetryPolicy {
  /** Calls of the handler in all, the first among them; `Infinity` for as long as it takes. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** No retry begins later than this after the first failure; `Infinity` for no limit. */
  readonly maxElapsedMs: number;
  /** Whether trying again may help at all. */
  readonly isRetriable: (error: unknown) => boolean;
}

/**
 * Where a record is stored that its handler gives up, with what the log says of the record then. The types, the
 * counters and the log follow from this table.
 */
export const FAILURE_DESTINATIONS = {
  'dead-letter': 'is a dead letter now',
  'retry-topic': 'waits in a retry topic',
  park: 'is parked, as all later records of its key will be',
} as const;

/** What becomes of a record that its handler gives up, with what the log says of the record then. */
export const FAILURE_OUTCOMES = {
  ...FAILURE_DESTINATIONS,
  skip: 'is skipped, as its handler asks for',
} as const;

/** Where a record is stored that its handler gives up. */
export type FailureDestination = keyof typeof FAILURE_DESTINATIONS;

/** What becomes of a record that its handler gives up. */
export type FailureOutcome = keyof typeof FAILURE_OUTCOMES;

/** What a handler asks for once a record is not retried any more. Its lane continues, except after `'stop'`. */
export type LastResort = FailureOutcome | 'stop';

/** What happens when a handler fails. */
export interface FailurePolicy {
  readonly retry: RetryPolicy;
  readonly onFailure: LastResort;
}

/** How many records of a partition may be given up before the fault is taken to be the service's own. */
export interface DeadLetterLimit {
  /** That many in a row. */
  readonly consecutive: number;
  /** That part of the last `window` records, from 0 to 1. */
  readonly ratio: number;
  /** Records that `ratio` is of. */
  readonly window: number;
}
