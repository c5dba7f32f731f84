import type { FailurePolicy, LastResort, RetryPolicy } from '../handler/failure-policy.js';
import { backoffMs } from '../time/backoff.js';
import { PermanentError } from '../errors/permanent.error.js';
import { DependencyUnavailableError } from '../errors/unavailable.error.js';

/** The failures of a record so far. */
export interface FailureHistory {
  /** Calls that have failed, this one among them. */
  readonly failures: number;
  /** Time since the first of them, in ms. */
  readonly elapsedMs: number;
}

/** What happens to a record whose handler has failed. */
export type Decision =
  { readonly action: 'retry'; readonly delayMs: number } | { readonly action: LastResort };

/**
 * Decides what happens to a record whose handler has failed.
 *
 * A record with an error that is not retriable never goes to a retry topic, where it would fail again.
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

/** Whether a retry may succeed. */
export function mayRetry(error: unknown, retry: Pick<RetryPolicy, 'isRetriable'>): boolean {
  if (error instanceof DependencyUnavailableError) return true;
  return !(error instanceof PermanentError) && retry.isRetriable(error);
}
