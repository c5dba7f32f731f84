import { HttpException } from '@nestjs/common';

/**
 * HTTP status codes below 500 that a retry may fix: request timeout, conflict, locked, too early, too many requests
 * (RFC 9110, RFC 4918, RFC 8470, RFC 6585).
 */
const RETRIABLE: ReadonlySet<number> = new Set([408, 409, 423, 425, 429]);

/**
 * Whether an error means that the record itself cannot be handled: an `HttpException` with a status below 500 that a
 * retry does not fix. An `RpcException` does not tell whether a retry helps, so it is retried.
 */
export function isPermanentHttpError(error: unknown): boolean {
  if (!(error instanceof HttpException)) return false;
  const status = error.getStatus();
  return status < 500 && !RETRIABLE.has(status);
}
