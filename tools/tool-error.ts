/** An error whose message is for the user of the command; printed without a stack. */
export class ToolError extends Error {
  constructor(
    /** Stable name of the kind of failure, such as `NO_KAFKA`. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ToolError';
  }
}

/** The message of anything thrown; kafkajs stores the reasons of a rejected request in separate errors. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    return error.errors.map(messageOf).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
