import { fromCaller } from './caller-stack.js';
import type { QueryResult, Row } from './connection.js';
import type { HeldConnection } from './connections.js';
import { ConnectionLostError, TransactionAbortedError, TransactionOverError } from './errors.js';

/** One transaction on one connection, which it gives back at its end. */
export class Transaction {
  /** Statements run one after the other, as they must on one connection. */
  #tail: Promise<unknown> = Promise.resolve();
  #ending: string | undefined;
  #committing: Promise<void> | undefined;
  #failure: unknown;

  private constructor(
    private readonly held: HeldConnection,
    private readonly released: (transaction: Transaction) => void,
  ) {}

  /**
   * @param released called once the connection was given back
   * @throws what made it fail to begin; the connection is given back then too
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

  /** Whether its connection was lost under one of its statements. */
  get isLost(): boolean {
    return this.#failure instanceof ConnectionLostError;
  }

  /** @throws TransactionOverError once it has been committed or rolled back */
  async query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    if (this.#ending !== undefined) throw new TransactionOverError(this.#ending);
    try {
      return await this.#enqueue(() => this.held.connection.query<R>(text, values));
    } catch (error) {
      this.#failure ??= error;
      throw fromCaller(error);
    }
  }

  /**
   * Commits, after the statements that are under way. Asked again, it gives the same answer.
   * @throws TransactionAbortedError when one of its statements had failed: PostgreSQL's `COMMIT` says that by its
   *   tag alone
   * @throws ConnectionLostError when the connection is lost; whether it was committed is then not known
   * @throws TransactionOverError when it was rolled back before
   */
  commit(): Promise<void> {
    this.#committing ??= this.#commit();
    // Whoever began the transaction asks again; until then a failure is nobody's.
    this.#committing.catch(() => undefined);
    return this.#committing;
  }

  /** Rolls back, after the statements that are under way; does nothing once it is over. Never throws. */
  async rollback(): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#ending = 'it was rolled back';
    try {
      await this.#enqueue(() => this.held.connection.query('ROLLBACK'));
      this.#release('reusable');
    } catch {
      this.#release('discard');
    }
  }

  /** Ends it without waiting for anything: what the connection was doing is taken back by the database. */
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
