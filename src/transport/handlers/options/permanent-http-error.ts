import { HttpException } from '@nestjs/common';

/**
 * States of HTTP below 500 that pass by themselves: request timeout, conflict, locked, too early, too many
 * requests (RFC 9110, RFC 4918, RFC 8470, RFC 6585).
 */
const PASSING: ReadonlySet<number> = new Set([408, 409, 423, 425, 429]);

/**
 * Whether an error says of the record itself that it can't be handled. Of Nest's own that is an `HttpException`
 * below 500, but for the states that pass. An `RpcException` says nothing of whether trying again helps, so that
 * is tried.
 */
export function isPermanentHttpError(error: unknown): boolean {
  if (!(error instanceof HttpException)) return false;
  const status = error.getStatus();
  return status < 500 && !PASSING.has(status);
}
