import { type Handler, HandlerTimeoutError, mayRetry, PermanentError } from '../../../pipeline/index.js';
import { PayloadError } from '../../payload/payload.js';
import { SchemaViolationError } from '../../payload/schema.js';

/**
 * Why records fail, as a label of metrics: the value cannot be decoded, the value does not match the schema, the
 * error is not retried, the handler exceeded its timeout, or any other error.
 */
export const FAILURE_REASONS = ['payload', 'schema', 'permanent', 'timeout', 'error'] as const;

/** One of {@link FAILURE_REASONS}. */
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** The reason for an error of a record of that handler. */
export function failureReasonOf(error: unknown, handler: Handler | undefined): FailureReason {
  if (error instanceof PayloadError) return 'payload';
  if (error instanceof SchemaViolationError) return 'schema';
  if (error instanceof PermanentError || (handler && !mayRetry(error, handler.failures.retry)))
    return 'permanent';
  return error instanceof HandlerTimeoutError ? 'timeout' : 'error';
}
