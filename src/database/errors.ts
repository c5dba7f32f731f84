import { CodedError } from '../errors/index.js';
import { DependencyUnavailableError, errorMessageOf, PermanentError } from '../pipeline/index.js';

/**
 * The database is unavailable for every record: it does not answer, or accepts no connections or no writes. A record
 * whose handler fails with this error waits, without using up its attempts.
 */
export class DatabaseUnavailableError extends DependencyUnavailableError {
  override readonly code = 'DATABASE_UNAVAILABLE';

  /** @param during the operation that failed, such as `connecting` */
  constructor(during: string, cause: unknown) {
    super(
      `the database is unavailable: ${during} failed with "${errorMessageOf(cause)}"; the work in progress was rolled back, ` +
        `or its retry will find it committed. Check DATABASE_URL, the database, its connection limit, and that it ` +
        `accepts writes`,
      { cause },
    );
    this.name = 'DatabaseUnavailableError';
  }
}

/**
 * A connection was lost while it was in use, and the database still answers. The statements on the connection may be
 * the cause, so this is a normal failure.
 */
export class ConnectionLostError extends CodedError {
  readonly code = 'DATABASE_CONNECTION_LOST';

  constructor(cause: unknown) {
    super(
      `the connection to the database was lost with "${errorMessageOf(cause)}"; the work in progress was rolled back, or its ` +
        `retry will find it committed. If this happens repeatedly, the handler may keep its transaction idle for ` +
        `longer than DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS`,
      { cause },
    );
  }
}

/**
 * A conflict with another transaction: a deadlock or a serialization failure, of which PostgreSQL lets one side
 * succeed. A record whose handler fails with this error is retried without using up its attempts.
 */
export class TransactionConflictError extends DependencyUnavailableError {
  override readonly code = 'TRANSACTION_CONFLICT';

  constructor(cause: unknown) {
    super(
      `conflict with another transaction ("${errorMessageOf(cause)}"); nothing was committed, and the record is retried. If ` +
        `this happens often, make all transactions lock rows in the same order, or use record keys that put ` +
        `conflicting records into one lane`,
      { cause },
    );
    this.name = 'TransactionConflictError';
  }
}

/** A handler requests more connections than it may hold at the same time. */
export class NestedConnectionError extends CodedError {
  readonly code = 'NESTED_CONNECTION';

  /** @param problem why it cannot get one */
  constructor(problem: string) {
    super(
      `database.outside() needs a connection in addition to those that the handler holds, but ${problem}; run the ` +
        `statement before, after or in the transaction`,
    );
  }
}

/** A statement was issued after its transaction had ended. */
export class TransactionOverError extends CodedError {
  readonly code = 'TRANSACTION_OVER';

  constructor(ending: string) {
    super(
      `the transaction has ended (${ending}), so this statement cannot be part of it; await every statement ` +
        `before the handler returns, and before it commits its offset`,
    );
  }
}

/**
 * A statement ends the transaction of its handler. What the handler writes would no longer be committed together, nor
 * together with its receipt. A retry does not help.
 */
export class TransactionControlError extends PermanentError {
  override readonly code = 'TRANSACTION_CONTROL';

  constructor(statement: string) {
    super(
      `"${statement.trim().slice(0, 40)}" ends the transaction that it runs in, which belongs to the caller; remove ` +
        'it: the transaction is committed when the work returns, and rolled back when it throws. To undo a part of ' +
        'it, use SAVEPOINT and ROLLBACK TO SAVEPOINT, each as a statement of its own; for work apart from it, ' +
        'database.outside()',
    );
    this.name = 'TransactionControlError';
  }
}

/** The commit of a transaction in which a statement had failed: PostgreSQL rolled it back. */
export class TransactionAbortedError extends CodedError {
  readonly code = 'TRANSACTION_ABORTED';

  constructor(cause: unknown) {
    super(
      'nothing was committed: an earlier statement of the transaction failed, and PostgreSQL then rolls back the ' +
        'whole transaction, even if the error is caught; let the error propagate, or avoid it in SQL, for example ' +
        'with ON CONFLICT',
      { cause },
    );
  }
}
