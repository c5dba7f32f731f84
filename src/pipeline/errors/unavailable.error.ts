/**
 * What a handler depends on can't be used for now: the record is not to blame. It is tried again for as long as that
 * lasts, without using up its attempts, and `/health/ready` names it.
 *
 * @example throw new DependencyUnavailableError('the payment provider answers 503', { cause: error });
 */
export class DependencyUnavailableError extends Error {
  readonly code: string = 'DEPENDENCY_UNAVAILABLE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DependencyUnavailableError';
  }
}
