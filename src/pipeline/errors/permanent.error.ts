/**
 * Thrown by a handler to say that trying again is no use: the record goes where `onFailure` says at once.
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
