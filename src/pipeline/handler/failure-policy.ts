import type { Backoff } from '../time/backoff.js';

/** How often, and for how long, a record is tried again in its lane. */
export interface RetryPolicy {
  /** Calls of the handler in all, the first among them; `Infinity` for as long as it takes. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** No retry begins later than this after the first failure; `Infinity` for no limit. */
  readonly maxElapsedMs: number;
  /** Whether trying again may help at all. */
  readonly isRetriable: (error: unknown) => boolean;
}

/** What becomes of a record that its lane has given up: all but `'stop'` let its lane go on. */
export type LastResort = 'dead-letter' | 'retry-topic' | 'park' | 'stop' | 'skip';

/** What a handler asks for where it fails. */
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
