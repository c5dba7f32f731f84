import { AsyncLocalStorage } from 'node:async_hooks';
import { notCounting } from '../transport/handlers/own-time.js';
import { fromCaller } from './caller-stack.js';
import { Connections, type HeldConnection } from './connections.js';
import type { ConnectionSource, QueryResult, Row } from './connection.js';
import { DatabaseUnavailableError, TransactionOverError } from './errors.js';
import { isConnectionLost, isPermanent, reasonToWait } from './reason-to-wait.js';
import { Transaction } from './transaction.js';

/** Where the running code is. */
interface Scope {
  /** What its statements belong to; undefined where each stands for itself. */
  readonly transaction: Transaction | undefined;
  /** The transactions that its callers are in and that it is apart from. */
  readonly around: readonly Transaction[];
}

/**
 * The database of the business logic. Within an idempotent handler every statement, wherever it is in the code
 * that the handler calls, belongs to the handler's transaction; elsewhere it stands for itself.
 *
 * @example
 * constructor(private readonly database: Database) {}
 * await this.database.query('INSERT INTO payments (id, amount) VALUES ($1, $2)', [id, amount]);
 */
export class Database {
  readonly #scope = new AsyncLocalStorage<Scope>();
  readonly #open = new Set<Transaction>();
  readonly #connections: Connections;

  /** @param openSource called when the database is first used, and again if that fails */
  constructor(openSource: () => Promise<ConnectionSource>) {
    this.#connections = new Connections(openSource);
  }

  /**
   * Runs one statement: in the transaction that the caller is in, or by itself.
   * @throws DatabaseUnavailableError when the database can't be used for now
   * @throws ConnectionLostError when the connection is lost, and the database still answers
   * @throws TransactionOverError when the caller's transaction has ended
   */
  async query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const transaction = this.#scope.getStore()?.transaction;
    // Awaited, so that the stack of an error leads back to the caller.
    if (transaction) return await transaction.query<R>(text, values);
    const held = await this.#connect();
    try {
      return await held.connection.query<R>(text, values);
    } catch (error) {
      held.release('reusable');
      throw fromCaller(await this.#judged(error));
    } finally {
      // The connection knows by itself whether the statement has broken it.
      held.release('reusable');
    }
  }

  /**
   * Runs work in a transaction: committed when it resolves, rolled back when it rejects. Work that is in a
   * transaction already joins that one. The transaction it is given can be committed before work has ended.
   *
   * @param signal ends the wait for a connection, not the transaction
   * @throws what work throws, or, where that says so, that its record has to wait: `DatabaseUnavailableError` when the
   *   database can't be used for now, `TransactionConflictError` when another transaction was in the way
   * @throws TransactionAbortedError when a statement had failed and its error was caught
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const scope = this.#scope.getStore();
    const current = scope?.transaction;
    if (current?.isOver) throw new TransactionOverError('it was committed or rolled back');
    if (current) return work(current);
    const transaction = await this.#begin(signal);
    try {
      const around = scope?.around ?? [];
      const result = await this.#scope.run({ transaction, around }, () => work(transaction));
      // Work may have committed already, and not have looked at how that went.
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.rollback();
      throw await this.#judged(error, transaction.isLost);
    }
  }

  /**
   * Runs work apart from the transaction that the caller is in, for what a handler sets off that is not its own: a
   * timer that goes on, or a line for the audit that is to stay whatever becomes of the handler. A statement in it
   * takes a second connection beside the one that the handler holds.
   *
   * @throws NestedConnectionError from a statement that would need a third, or a second of a database with only one
   */
  outside<T>(work: () => T): T {
    const scope = this.#scope.getStore();
    const around = [...(scope?.around ?? []), ...(scope?.transaction ? [scope.transaction] : [])];
    return this.#scope.run({ transaction: undefined, around: around.filter(({ isOver }) => !isOver) }, work);
  }

  /** Ends what is still under way, and closes every connection. */
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
      // Nothing of the caller has been done yet.
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
    return notCounting({ kind: 'resource', what: 'a connection to the database' }, () =>
      this.#connections.acquire(held, signal),
    );
  }

  /** What to tell the caller: the error, or that its record has to wait. */
  async #judged(error: unknown, isLost = false): Promise<unknown> {
    if (isPermanent(error)) return error;
    return isLost || isConnectionLost(error) ? this.#unlessAway(error) : (reasonToWait(error) ?? error);
  }

  /** A connection was lost: a failure like any other, or, where no other can be had, the absence of the database. */
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
