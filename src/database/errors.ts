import { DependencyUnavailableError } from '../pipeline/index.js';

/**
 * The database can't be used for now, by whichever record: it does not answer, takes no connections, or takes no
 * writes. A record whose handler fails with it waits, without using up its attempts.
 */
export class DatabaseUnavailableError extends DependencyUnavailableError {
  override readonly code = 'DATABASE_UNAVAILABLE';

  /** @param during what could not be done, as in `connecting` */
  constructor(during: string, cause: unknown) {
    super(
      `the database can't be used for now: ${during} failed with "${textOf(cause)}"; what was under way has not ` +
        `happened, or will be found done when it is tried again. Check DATABASE_URL, the database, its limit of ` +
        `connections, and that it takes writes`,
      { cause },
    );
    this.name = 'DatabaseUnavailableError';
  }
}

/**
 * A connection was lost while it was in use, and the database still answers: what was done on the connection may be
 * the reason, so this is a failure like any other.
 */
export class ConnectionLostError extends Error {
  readonly code = 'DATABASE_CONNECTION_LOST';

  constructor(cause: unknown) {
    super(
      `the connection to the database was lost with "${textOf(cause)}"; what was under way has not happened, or will ` +
        `be found done when it is tried again. If that happens again and again, the handler may keep its ` +
        `transaction open for longer than DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS`,
      { cause },
    );
    this.name = 'ConnectionLostError';
  }
}

/**
 * Another transaction was in the way: a deadlock, a serialization failure, a lock that was not available. A record whose
 * handler fails with it waits, without using up its attempts, and is tried again.
 */
export class TransactionConflictError extends DependencyUnavailableError {
  override readonly code = 'TRANSACTION_CONFLICT';

  constructor(cause: unknown) {
    super(
      `another transaction was in the way ("${textOf(cause)}"); nothing was committed, and it is tried again. If that ` +
        `happens often, have all transactions lock rows in the same order, or handle the records by a key that ` +
        `keeps them apart`,
      { cause },
    );
    this.name = 'TransactionConflictError';
  }
}

/** A handler asks for one more connection than it may hold at the same time. */
export class NestedConnectionError extends Error {
  readonly code = 'NESTED_CONNECTION';

  /** @param problem why it can't have one */
  constructor(problem: string) {
    super(
      `database.outside() needs a connection beside those that the handler holds, and ${problem}; do it before the ` +
        `transaction, after it, or in it`,
    );
    this.name = 'NestedConnectionError';
  }
}

/** A statement came after the end of the transaction it would have belonged to. */
export class TransactionOverError extends Error {
  readonly code = 'TRANSACTION_OVER';

  constructor(ending: string) {
    super(
      `the transaction has ended (${ending}), so this statement can't be part of it; await every statement ` +
        `before the handler returns, and before it commits its offset`,
    );
    this.name = 'TransactionOverError';
  }
}

/** A transaction was to be committed in which a statement had failed: PostgreSQL took all of it back. */
export class TransactionAbortedError extends Error {
  readonly code = 'TRANSACTION_ABORTED';

  constructor(cause: unknown) {
    super(
      'nothing was committed: an earlier statement of the transaction failed, and PostgreSQL takes the whole ' +
        'transaction back then, even where the error is caught; let the error through, or avoid it in SQL, as ' +
        'with ON CONFLICT',
      { cause },
    );
    this.name = 'TransactionAbortedError';
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
