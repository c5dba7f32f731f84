/**
 * A dependency of the handler is unavailable, and the record is not the cause. The record is retried until the
 * dependency is available, without using up its attempts, and `/health/ready` names it.
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
