import { type Offset, PermanentError } from '../pipeline/index.js';

/** A record has no key by which its handler could be idempotent. Trying again is no use. */
export class IdempotencyKeyError extends PermanentError {
  override readonly code = 'IDEMPOTENCY_KEY';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: Offset,
    problem: string,
  ) {
    super(
      `${topic}[${partition}] at offset ${offset}: ${problem}, so it can't be told whether the record was ` +
        `handled before; have its producer set it, or choose another key in @Idempotent`,
    );
    this.name = 'IdempotencyKeyError';
  }
}

/** `@Idempotent` is where it can't be kept. */
export class IdempotentHandlerError extends Error {
  readonly code = 'IDEMPOTENT_HANDLER';

  constructor(handler: string, problem: string) {
    super(`@Idempotent on ${handler}: ${problem}`);
    this.name = 'IdempotentHandlerError';
  }
}

/** A confirmation would have come before the effect that it confirms is durable. */
export class EarlyCommitError extends Error {
  readonly code = 'EARLY_COMMIT';

  constructor(topic: string, partition: number, what: string) {
    super(
      `${topic}[${partition}]: ${what} within an idempotent handler would confirm records whose effect is not ` +
        `durable yet; leave it out, as the records are settled once the handler has returned`,
    );
    this.name = 'EarlyCommitError';
  }
}
