import { AsyncLocalStorage } from 'node:async_hooks';
import { fromCaller } from './caller-stack.js';
import type { Connection, ConnectionSource, QueryResult, Row } from './connection.js';
import { TransactionOverError } from './errors.js';
import { Places } from './places.js';
import { Transaction } from './transaction.js';

interface Opened {
  readonly source: ConnectionSource;
  readonly places: Places;
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
  readonly #current = new AsyncLocalStorage<Transaction>();
  readonly #open = new Set<Transaction>();
  #opened: Promise<Opened> | undefined;
  #closed = false;

  /** @param openSource called when the database is first used, and again if that fails */
  constructor(private readonly openSource: () => Promise<ConnectionSource>) {}

  /**
   * Runs one statement: in the transaction that the caller is in, or by itself.
   * @throws DatabaseUnavailableError when the database is away
   * @throws TransactionOverError when the caller's transaction has ended
   */
  async query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const transaction = this.#current.getStore();
    // Awaited, so that the stack of an error leads back to the caller.
    if (transaction) return await transaction.query<R>(text, values);
    const { connection, release } = await this.#acquire();
    try {
      return await connection.query<R>(text, values);
    } catch (error) {
      throw fromCaller(error);
    } finally {
      // The connection knows by itself whether the statement has broken it.
      connection.release('reusable');
      release();
    }
  }

  /**
   * Runs work in a transaction: committed when it resolves, rolled back when it rejects. Work that is in a
   * transaction already joins that one. The transaction it is given can be committed before work has ended.
   *
   * @param signal ends the wait for a connection, not the transaction
   * @throws what work throws
   * @throws TransactionAbortedError when a statement had failed and its error was caught
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const current = this.#current.getStore();
    if (current?.isOver) throw new TransactionOverError('it was committed or rolled back');
    if (current) return work(current);
    const transaction = await this.#begin(signal);
    try {
      const result = await this.#current.run(transaction, () => work(transaction));
      // Work may have committed already, and not have looked at how that went.
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  /**
   * Runs work apart from the transaction that the caller is in, for what a handler sets off that is not its own:
   * a timer that goes on, or the next handler, which the runtime may call while one confirms. A statement in it
   * takes another connection; a handler that waits for that one holds two.
   */
  outside<T>(work: () => T): T {
    return this.#current.exit(work);
  }

  /** Ends what is still under way, and closes every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const transaction of this.#open) transaction.abandon();
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.source.close();
  }

  async #begin(signal: AbortSignal | undefined): Promise<Transaction> {
    const { connection, release } = await this.#acquire(signal);
    const transaction = await Transaction.begin(connection, (ended) => {
      this.#open.delete(ended);
      release();
    });
    this.#open.add(transaction);
    if (this.#closed) transaction.abandon();
    return transaction;
  }

  async #acquire(signal?: AbortSignal): Promise<{ connection: Connection; release: () => void }> {
    if (this.#closed) throw new TransactionOverError('the service stopped');
    const { source, places } = await this.#source();
    await places.acquire(signal);
    const release = (): void => places.release();
    try {
      return { connection: await source.acquire(), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #source(): Promise<Opened> {
    this.#opened ??= this.openSource().then((source) => ({ source, places: new Places(source.size) }));
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}
