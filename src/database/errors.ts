/** The database does not answer, or took the connection away. */
export class DatabaseUnavailableError extends Error {
  readonly code = 'DATABASE_UNAVAILABLE';

  /** @param during what could not be done, as in `connecting` */
  constructor(during: string, cause: unknown) {
    super(
      `the database is away: ${during} failed with "${cause instanceof Error ? cause.message : String(cause)}"; ` +
        `what was under way has not happened, or will be found done when it is tried again. Check DATABASE_URL, ` +
        `the database and its limit of connections`,
      { cause },
    );
    this.name = 'DatabaseUnavailableError';
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
