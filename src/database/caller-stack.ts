/**
 * Gives the error of a statement the stack of the code that awaits it. Statements of a connection are queued, so the
 * original stack leads to the driver and the queue, not to the caller. Use it in an async function that the caller
 * awaits.
 */
export function fromCaller(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error, fromCaller);
  return error;
}
