import { CodedError } from '../errors/index.js';
import { type Offset, PermanentError } from '../pipeline/index.js';

/** A record has no idempotency key. A retry does not help. */
export class IdempotencyKeyError extends PermanentError {
  override readonly code = 'IDEMPOTENCY_KEY';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: Offset,
    problem: string,
  ) {
    super(
      `${topic}[${partition}] at offset ${offset}: ${problem}, so the service cannot know whether the record was ` +
        `handled before; make the producer set it, or choose another key in @Idempotent`,
    );
    this.name = 'IdempotencyKeyError';
  }
}

/** `@Idempotent` is on a handler that does not support it. */
export class IdempotentHandlerError extends CodedError {
  readonly code = 'IDEMPOTENT_HANDLER';

  constructor(handler: string, problem: string) {
    super(`@Idempotent on ${handler}: ${problem}`);
  }
}

/** A module has controllers with `@Idempotent` handlers and does not import `IdempotencyModule`. */
export class IdempotencyModuleMissingError extends CodedError {
  readonly code = 'IDEMPOTENCY_MODULE_MISSING';

  constructor(handlers: readonly string[]) {
    super(
      `@Idempotent on ${handlers.join(', ')}: the module of the controller does not import IdempotencyModule; add it to ` +
        'the imports of that module',
    );
  }
}

/** The handler tried to commit offsets of records whose effect is not durable yet. */
export class EarlyCommitError extends CodedError {
  readonly code = 'EARLY_COMMIT';

  constructor(topic: string, partition: number, what: string) {
    super(
      `${topic}[${partition}]: ${what} within an idempotent handler would commit records whose effect is not ` +
        `durable yet; remove it, since the records are settled once the handler has returned`,
    );
  }
}
