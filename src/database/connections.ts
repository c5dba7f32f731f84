import { callSignal } from '../transport/handlers/outside-timeout.js';
import type { Connection, ConnectionSource } from './connection.js';
import { NestedConnectionError, TransactionOverError } from './errors.js';
import { Semaphore } from './semaphore.js';

/** A connection that its holder must release. */
export interface HeldConnection {
  readonly connection: Connection;
  /** Releases it; further calls do nothing. `discard` closes it, which also ends its open transaction. */
  release(as: 'reusable' | 'discard'): void;
}

interface Opened {
  readonly source: ConnectionSource;
  readonly permits: Semaphore;
  readonly reserve: Semaphore;
}

/**
 * The connections of a source. Each has one holder at a time; requests are served in order.
 *
 * A holder of one connection may request a second: it takes a free permit, or else one of the reserve, which is only
 * for second connections. No holder gets a third. This prevents deadlocks: a holder of two connections does not wait,
 * so permits of the reserve always become free, and then the other permits too.
 */
export class Connections {
  #opened: Promise<Opened> | undefined;
  #closed = false;

  /** @param openSource called at the first request for a connection, and again after a failure */
  constructor(private readonly openSource: () => Promise<ConnectionSource>) {}

  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * @param held number of connections that the caller holds
   * @param signal ends the wait for a permit; default: the signal of the current handler call
   * @throws DatabaseUnavailableError if no connection can be opened
   * @throws NestedConnectionError if the caller holds as many connections as it may
   */
  async acquire(held: number, signal?: AbortSignal): Promise<HeldConnection> {
    signal?.throwIfAborted();
    if (this.#closed) throw new TransactionOverError('the service stopped');
    const opened = await this.#open();
    const permits = await this.#takePermit(opened, held, signal);
    let connection: Connection;
    try {
      connection = await opened.source.acquire();
    } catch (error) {
      permits.release();
      throw error;
    }
    let isReleased = false;
    const release = (as: 'reusable' | 'discard'): void => {
      if (isReleased) return;
      isReleased = true;
      connection.release(as);
      permits.release();
    };
    return { connection, release };
  }

  /** Resolves once all connections are closed; held connections must be released for that. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.source.close();
  }

  /** @returns the semaphore that the taken permit must be released to */
  async #takePermit(
    { source, permits, reserve }: Opened,
    held: number,
    signal: AbortSignal | undefined,
  ): Promise<Semaphore> {
    if (held > 1) throw new NestedConnectionError('it holds two already');
    if (held === 1 && source.reserve === 0)
      throw new NestedConnectionError('this database has only one connection');
    if (permits.tryAcquire()) return permits;
    const from = held === 1 ? reserve : permits;
    await from.acquire(signal ?? callSignal());
    return from;
  }

  async #open(): Promise<Opened> {
    this.#opened ??= this.openSource().then((source) => ({
      source,
      permits: new Semaphore(source.size),
      reserve: new Semaphore(source.reserve),
    }));
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}
