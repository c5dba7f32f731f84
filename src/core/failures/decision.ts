import { type Backoff, backoffMs } from './backoff.js';
import { PermanentError } from './permanent.error.js';
import { DependencyUnavailableError } from './unavailable.error.js';

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

/** How a record has fared so far. */
export interface FailureHistory {
  /** Calls that have failed, this one among them. */
  readonly failures: number;
  /** Time since the first of them, in ms. */
  readonly elapsedMs: number;
}

/** What is to become of a record whose handler has failed. */
export type Decision =
  { readonly action: 'retry'; readonly delayMs: number } | { readonly action: LastResort };

/**
 * The one place where it is decided what a failure leads to.
 *
 * An error that no retry can cure never goes to a retry topic: it would only fail there again, later.
 *
 * @param random a number from 0 up to, but not including, 1
 */
export function decide(
  error: unknown,
  { failures, elapsedMs }: FailureHistory,
  { retry, onFailure }: FailurePolicy,
  random: number,
): Decision {
  if (!mayRetry(error, retry)) {
    return { action: onFailure === 'retry-topic' ? 'dead-letter' : onFailure };
  }
  if (failures >= retry.attempts) return { action: onFailure };
  const delayMs = backoffMs(retry.backoff, failures, random);
  if (elapsedMs + delayMs > retry.maxElapsedMs) return { action: onFailure };
  return { action: 'retry', delayMs };
}

/** Whether trying again may help at all. */
export function mayRetry(error: unknown, retry: Pick<RetryPolicy, 'isRetriable'>): boolean {
  if (error instanceof DependencyUnavailableError) return true;
  return !(error instanceof PermanentError) && retry.isRetriable(error);
}
