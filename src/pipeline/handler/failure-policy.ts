import type { Backoff } from '../time/backoff.js';

/** How often, and for how long, a record is retried in its lane. */
export interface RetryPolicy {
  /** The maximum number of calls, including the first; `Infinity` for no limit. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** No retry begins later than this after the first failure; `Infinity` for no limit. */
  readonly maxElapsedMs: number;
  /** Whether a retry may succeed. */
  readonly isRetriable: (error: unknown) => boolean;
}

/** Where a record that fails for good is stored. */
export type FailureDestination = 'dead-letter' | 'retry-topic' | 'park';

/** What happens to a record that fails for good. */
export type FailureOutcome = FailureDestination | 'skip';

/** Where a record that fails for good is stored, with the log's wording for it. */
const FAILURE_DESTINATIONS: Readonly<Record<FailureDestination, string>> = {
  'dead-letter': 'is a dead letter now',
  'retry-topic': 'waits in a retry topic',
  park: 'is parked, like all later records of its key',
};

/**
 * What happens to a record that fails for good, with the log's wording for it. The counters, the log and the accepted
 * options follow from this table.
 */
export const FAILURE_OUTCOMES: Readonly<Record<FailureOutcome, string>> = {
  ...FAILURE_DESTINATIONS,
  skip: 'is skipped, as its onFailure option says',
};

/** Destinations from which the record comes to its handler again. */
const HANDLED_AGAIN: ReadonlySet<FailureDestination> = new Set(['retry-topic', 'park']);

/** Whether the record comes to its handler again from there. */
export function isHandledAgain(destination: FailureDestination): boolean {
  return HANDLED_AGAIN.has(destination);
}

/** What happens to a record that is not retried any more. Its lane continues, except after `'stop'`. */
export type LastResort = FailureOutcome | 'stop';

export const LAST_RESORTS = [...(Object.keys(FAILURE_OUTCOMES) as FailureOutcome[]), 'stop'] as const;

/** What happens when a handler fails. */
export interface FailurePolicy {
  readonly retry: RetryPolicy;
  readonly onFailure: LastResort;
}

/**
 * How many records of a partition may fail for good before the circuit breaker opens: the service is then the likely
 * cause.
 */
export interface DeadLetterLimit {
  /** The number of records in a row. */
  readonly consecutive: number;
  /** The fraction of the last `window` records, from 0 to 1. */
  readonly ratio: number;
  /** The number of records that `ratio` refers to. */
  readonly window: number;
}
