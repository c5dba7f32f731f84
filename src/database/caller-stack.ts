/**
 * The error of a statement, with the stack of whoever awaits it. Statements of a connection run one after the other,
 * so the stack that an error is made with leads to the driver and the queue, and not to the code that has asked.
 * Call it in an async function that the caller awaits.
 */
export function fromCaller(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error, fromCaller);
  return error;
}
