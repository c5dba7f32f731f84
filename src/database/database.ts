import { AsyncLocalStorage } from 'node:async_hooks';
import { asPartOf } from '../transport/context/unfinished-work.js';
import { outsideTimeout } from '../transport/handlers/outside-timeout.js';
import { fromCaller } from './caller-stack.js';
import { Connections, type HeldConnection } from './connections.js';
import type { Connection, ConnectionSource, QueryResult, Row } from './connection.js';
import { DatabaseUnavailableError, TransactionOverError } from './errors.js';
import { acceptsWrites } from './accepts-writes.js';
import { isConnectionLost, isPermanent, isReadOnlyTransaction, reasonToWait } from './reason-to-wait.js';
import { Transaction } from './transaction.js';

/** The transactions of the running code. */
interface Scope {
  /** The current transaction; undefined if each statement runs by itself. */
  readonly transaction: Transaction | undefined;
  /** Transactions of callers that this code runs outside of. */
  readonly around: readonly Transaction[];
}

/** The state of a connection and its server after a failure. */
interface ServerState {
  readonly isLost?: boolean;
  /** Undefined if it is unknown or irrelevant. */
  readonly acceptsWrites: boolean | undefined;
}

/**
 * The database of the business logic. Within an idempotent handler every statement, in any code that the handler calls,
 * belongs to the handler's transaction. Elsewhere each statement runs by itself.
 *
 * @example
 * constructor(private readonly database: Database) {}
 * await this.database.query('INSERT INTO payments (id, amount) VALUES ($1, $2)', [id, amount]);
 */
export class Database {
  readonly #scope = new AsyncLocalStorage<Scope>();
  readonly #open = new Set<Transaction>();
  readonly #connections: Connections;

  /**
   * @param openSource called on first use, and again after a failure
   * @internal
   */
  constructor(openSource: () => Promise<ConnectionSource>) {
    this.#connections = new Connections(openSource);
  }

  /**
   * Runs one statement, in the caller's transaction if there is one.
   * @throws DatabaseUnavailableError if the database is unavailable
   * @throws ConnectionLostError if the connection is lost while the database still answers
   * @throws TransactionOverError if the caller's transaction has ended
   */
  async query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const transaction = this.#scope.getStore()?.transaction;
    // Awaited, so that the stack of an error includes the caller.
    if (transaction) return await transaction.query<R>(text, values);
    const held = await this.#connect();
    try {
      return await held.connection.query<R>(text, values);
    } catch (error) {
      const check = checkAfter(error);
      const answer = await check?.(held.connection).catch(() => undefined);
      held.release('reusable');
      throw fromCaller(await this.#judged(error, { acceptsWrites: answer }));
    } finally {
      // The connection itself keeps track of whether the statement has broken it.
      held.release('reusable');
    }
  }

  /**
   * Runs work in a transaction, which is committed when work resolves and rolled back when it rejects. Within a
   * transaction, work joins it. Work may commit the transaction itself before it ends.
   *
   * @param signal ends the wait for a connection, not the transaction
   * @throws the error of work, or an error that makes its record wait: `DatabaseUnavailableError` if the database is
   *   unavailable, `TransactionConflictError` if another transaction conflicted
   * @throws TransactionAbortedError if a statement failed and work caught its error
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const scope = this.#scope.getStore();
    const current = scope?.transaction;
    if (current?.isOver) throw new TransactionOverError('it was committed or rolled back');
    if (current) return work(current);
    const transaction = await this.#begin(signal);
    try {
      const around = scope?.around ?? [];
      const result = await this.#scope.run({ transaction, around }, () =>
        asPartOf(transaction, () => work(transaction)),
      );
      // Work may have committed already without checking the result; this reports it.
      await transaction.commit();
      return result;
    } catch (error) {
      const answer = await transaction.rollback(checkAfter(error));
      throw await this.#judged(error, { isLost: transaction.isLost, acceptsWrites: answer });
    }
  }

  /**
   * Runs work outside the caller's transaction, for things that a handler starts but that must not depend on it: a
   * background timer, or an audit entry that must survive a failed handler. A statement in it takes a second connection
   * in addition to the handler's own.
   *
   * @throws NestedConnectionError from a statement that would need a third connection, or a second one of a database
   *   with only one
   */
  outside<T>(work: () => T): T {
    const scope = this.#scope.getStore();
    const around = [...(scope?.around ?? []), ...(scope?.transaction ? [scope.transaction] : [])];
    return this.#scope.run({ transaction: undefined, around: around.filter(({ isOver }) => !isOver) }, work);
  }

  /** Aborts open transactions and closes every connection. */
  async close(): Promise<void> {
    const closing = this.#connections.close();
    for (const transaction of this.#open) transaction.abandon();
    await closing;
  }

  async #begin(signal: AbortSignal | undefined): Promise<Transaction> {
    const held = await this.#connect(signal);
    let transaction: Transaction;
    try {
      transaction = await Transaction.begin(held, (ended) => this.#open.delete(ended));
    } catch (error) {
      // No statement of the caller has run yet, so the record is not the cause.
      throw error instanceof DatabaseUnavailableError
        ? error
        : new DatabaseUnavailableError('beginning a transaction', error);
    }
    this.#open.add(transaction);
    if (this.#connections.isClosed) transaction.abandon();
    return transaction;
  }

  #connect(signal?: AbortSignal): Promise<HeldConnection> {
    const held = this.#scope.getStore()?.around.filter(({ isOver }) => !isOver).length ?? 0;
    return outsideTimeout({ kind: 'resource', what: 'a connection to the database' }, () =>
      this.#connections.acquire(held, signal),
    );
  }

  /**
   * The error for the caller: the given one, or one that makes its record wait.
   * @param server the state of the connection and its server
   */
  async #judged(error: unknown, server: ServerState): Promise<unknown> {
    if (isPermanent(error)) return error;
    if (server.isLost || isConnectionLost(error)) return this.#unlessAway(error);
    const reason = reasonToWait(error);
    if (reason) return reason;
    // Either the server makes every transaction read-only, or the handler has made this one read-only.
    if (!isReadOnlyTransaction(error) || server.acceptsWrites === true) return error;
    return new DatabaseUnavailableError('a statement', error);
  }

  /** After a lost connection: the given error if the database still answers, else DatabaseUnavailableError. */
  async #unlessAway(error: unknown): Promise<unknown> {
    let held: HeldConnection | undefined;
    try {
      held = await this.#connect();
      await held.connection.query('SELECT 1');
      return error;
    } catch (away) {
      return away instanceof DatabaseUnavailableError
        ? away
        : new DatabaseUnavailableError('a statement', error);
    } finally {
      held?.release('reusable');
    }
  }
}

/** The query that finds the cause of an error; undefined if the error is enough. */
function checkAfter(error: unknown): ((connection: Connection) => Promise<boolean>) | undefined {
  return isReadOnlyTransaction(error) ? acceptsWrites : undefined;
}
