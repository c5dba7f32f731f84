import { type Handler, HandlerTimeoutError, mayRetry, PermanentError } from '../../../pipeline/index.js';
import { PayloadError } from '../../payload/payload.js';
import { SchemaViolationError } from '../../payload/schema.js';

/**
 * Why records fail, in the few words that a metric may be labelled with: the value can't be read, it breaks the
 * schema, no retry would cure the error, the handler took too long, and anything else.
 */
export const FAILURE_REASONS = ['payload', 'schema', 'permanent', 'timeout', 'error'] as const;

/** One of {@link FAILURE_REASONS}. */
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Which of the reasons an error is, for a record of that handler. */
export function failureReasonOf(error: unknown, handler: Handler | undefined): FailureReason {
  if (error instanceof PayloadError) return 'payload';
  if (error instanceof SchemaViolationError) return 'schema';
  if (error instanceof PermanentError || (handler && !mayRetry(error, handler.failures.retry)))
    return 'permanent';
  return error instanceof HandlerTimeoutError ? 'timeout' : 'error';
}
