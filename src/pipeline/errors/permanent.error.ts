/**
 * Thrown by a handler if a retry cannot succeed: `onFailure` is applied to the record at once.
 *
 * @example throw new PermanentError(`no customer ${order.customer}`, { cause: error });
 */
export class PermanentError extends Error {
  readonly code: string = 'PERMANENT';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
  }
}
