/**
 * Base class of this project's errors. Programs distinguish them by `code`; the message says what happened, where,
 * and what to do. `name` is the name of the class.
 */
export abstract class CodedError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
