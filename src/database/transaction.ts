import { fromCaller } from './caller-stack.js';
import type { Connection, QueryResult, Row } from './connection.js';
import type { HeldConnection } from './connections.js';
import {
  ConnectionLostError,
  TransactionAbortedError,
  TransactionControlError,
  TransactionOverError,
} from './errors.js';
import { endsTransaction, haveEndedTransaction } from './transaction-control.js';

/** A transaction on one connection; releases the connection when it ends. */
export class Transaction {
  /** The last queued statement: a connection runs one statement at a time. */
  #tail: Promise<unknown> = Promise.resolve();
  #ending: string | undefined;
  #committing: Promise<void> | undefined;
  #failure: unknown;
  #isCommitted = false;

  private constructor(
    private readonly held: HeldConnection,
    private readonly released: (transaction: Transaction) => void,
  ) {}

  /**
   * @param released called after the connection was released
   * @throws the error of BEGIN; the connection is released then too
   * @internal
   */
  static async begin(
    held: HeldConnection,
    released: (transaction: Transaction) => void,
  ): Promise<Transaction> {
    const transaction = new Transaction(held, released);
    try {
      await held.connection.begin();
    } catch (error) {
      transaction.#release('discard');
      throw error;
    }
    return transaction;
  }

  get isOver(): boolean {
    return this.#ending !== undefined;
  }

  /** Whether the database has acknowledged its commit. */
  get isCommitted(): boolean {
    return this.#isCommitted;
  }

  /** Whether its connection was lost during a statement. */
  get isLost(): boolean {
    return this.#failure instanceof ConnectionLostError;
  }

  /**
   * @throws TransactionOverError after it was committed or rolled back
   * @throws TransactionControlError if the statement ends the transaction
   */
  async query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    if (this.#ending !== undefined) throw new TransactionOverError(this.#ending);
    try {
      if (endsTransaction(text)) throw new TransactionControlError(text);
      const result = await this.#enqueue(() => this.held.connection.query<R>(text, values));
      if (haveEndedTransaction(result.command)) this.#endedBy(text);
      return result;
    } catch (error) {
      this.#failure ??= error;
      throw fromCaller(error);
    }
  }

  /**
   * Commits after the queued statements. A second call returns the same result.
   * @throws TransactionAbortedError if one of its statements had failed: PostgreSQL then answers `COMMIT` without an
   *   error, but with the command tag `ROLLBACK`
   * @throws ConnectionLostError if the connection is lost; it is then unknown whether the commit succeeded
   * @throws TransactionOverError if it was rolled back before
   */
  commit(): Promise<void> {
    this.#committing ??= this.#commit();
    // The owner of the transaction calls commit again and gets the error; avoid an unhandled rejection until then.
    this.#committing.catch(() => undefined);
    return this.#committing;
  }

  /**
   * Rolls back after the queued statements; does nothing if the transaction is over. Never throws.
   * @param check runs on the same connection once the transaction is rolled back; the connection is closed then,
   *   since the result may depend on its session
   * @returns the result of the check; undefined without one
   * @internal
   */
  async rollback<T>(check?: (connection: Connection) => Promise<T>): Promise<T | undefined> {
    if (this.#ending !== undefined) return undefined;
    this.#ending = 'it was rolled back';
    const { connection } = this.held;
    try {
      await this.#enqueue(() => connection.query('ROLLBACK'));
      const answer = await check?.(connection);
      this.#release(check ? 'discard' : 'reusable');
      return answer;
    } catch {
      this.#release('discard');
      return undefined;
    }
  }

  /** Ends the transaction without waiting: the database rolls it back when the connection closes. */
  abandon(): void {
    this.#ending ??= 'the service stopped';
    this.#release('discard');
  }

  async #commit(): Promise<void> {
    if (this.#ending !== undefined) throw new TransactionOverError(this.#ending);
    this.#ending = 'it was committed';
    let command: string;
    try {
      ({ command } = await this.#enqueue(() => this.held.connection.query('COMMIT')));
    } catch (error) {
      this.#release('discard');
      throw error;
    }
    this.#release('reusable');
    if (command !== 'COMMIT') throw new TransactionAbortedError(this.#failure);
    this.#isCommitted = true;
  }

  #endedBy(text: string): never {
    this.#ending = 'one of its statements ended it';
    this.#release('discard');
    throw new TransactionControlError(text);
  }

  #enqueue<T>(statement: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(statement);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  #release(as: 'reusable' | 'discard'): void {
    this.held.release(as);
    this.released(this);
  }
}
