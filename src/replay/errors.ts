/** What was typed makes no sense: one line, and exit code 2. */
export class UsageError extends Error {
  readonly code = 'USAGE';

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A command could not do what it was told: one line, and exit code 1. */
export class DlqError extends Error {
  readonly code = 'DLQ';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DlqError';
  }
}
