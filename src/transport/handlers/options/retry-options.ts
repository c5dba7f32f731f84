import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { DEFAULT_BACKOFF, describeError, type RetryPolicy } from '../../../pipeline/index.js';
import { group, whole, wholeOrInfinity } from './option-types.js';
import { isPermanentHttpError } from './permanent-http-error.js';

/** Errors, by class or by a function. */
export type ErrorMatcher =
  readonly (abstract new (...args: never[]) => Error)[] | ((error: unknown) => boolean);

/** How a failed record is retried in its lane. */
export interface KafkaRetryOptions {
  /** The most calls per record, including the first; `Infinity` retries without limit. Default 5. */
  readonly attempts?: number;
  /** Upper bound of the first wait in milliseconds; it doubles with each further wait. Default 500. */
  readonly initialMs?: number;
  /** Upper bound of every wait in milliseconds. Default 30 000. */
  readonly maxMs?: number;
  /** No retry starts later than this many milliseconds after the first failure. Default no limit. */
  readonly maxElapsedMs?: number;
  /** Errors that are not retried. */
  readonly never?: ErrorMatcher;
  /** The only errors that are retried. Replaces the rule for Nest's HTTP exceptions. */
  readonly only?: ErrorMatcher;
}

const logger = new Logger('KafkaHandler');

const errors = z
  .custom<ErrorMatcher>(
    (value) =>
      typeof value === 'function' ||
      (Array.isArray(value) && value.every((each) => typeof each === 'function')),
    'a list of error classes, or a function of an error',
  )
  .transform(toPredicate);

/** Validates `retry`, and fills in its defaults. */
export const retryOptions = group({
  attempts: wholeOrInfinity(1).default(5),
  initialMs: whole(1).default(DEFAULT_BACKOFF.initialMs),
  maxMs: whole(1).default(DEFAULT_BACKOFF.maxMs),
  maxElapsedMs: wholeOrInfinity(1).default(Infinity),
  never: errors.optional(),
  only: errors.optional(),
})
  .transform(({ attempts, initialMs, maxMs, maxElapsedMs, never, only }): RetryPolicy => {
    const backoff = { initialMs, maxMs };
    if (!never && !only) return { attempts, backoff, maxElapsedMs, isRetriable: isPassing };
    const isRetriable = retriedIfThrown((error) => (only ?? isPassing)(error) && !never?.(error));
    return { attempts, backoff, maxElapsedMs, isRetriable };
  })
  .prefault({});

function toPredicate(matcher: ErrorMatcher): (error: unknown) => boolean {
  if (typeof matcher === 'function') return (error) => Boolean(matcher(error));
  return (error) => matcher.some((each) => error instanceof each);
}

function isPassing(error: unknown): boolean {
  return !isPermanentHttpError(error);
}

/** The user's function may throw at an error that it does not expect. That must not end the process. */
function retriedIfThrown(isRetriable: (error: unknown) => boolean): (error: unknown) => boolean {
  let isLogged = false;
  return (error) => {
    try {
      return isRetriable(error);
    } catch (thrown) {
      if (!isLogged) {
        logger.error(
          `retry.never or retry.only threw ${describeError(thrown)} when asked about ${describeError(error)}; ` +
            `errors at which it throws are retried`,
        );
      }
      isLogged = true;
      return true;
    }
  };
}
