import { callSignal } from '../transport/handlers/own-time.js';
import type { Connection, ConnectionSource } from './connection.js';
import { NestedConnectionError, TransactionOverError } from './errors.js';
import { Places } from './places.js';

/** A connection that its holder gives back. */
export interface HeldConnection {
  readonly connection: Connection;
  /** Gives it back; once is enough. `discard` ends it, and with it the transaction it may be in. */
  release(as: 'reusable' | 'discard'): void;
}

interface Opened {
  readonly source: ConnectionSource;
  readonly places: Places;
  readonly reserve: Places;
}

/**
 * The connections of a source, each given to one at a time, in the order in which they were asked for.
 *
 * Who holds one may ask for a second: it gets a place that is free, or else one of the reserve, which is for that
 * alone. Nobody gets a third. So whoever waits for a place of the reserve waits for holders who wait for nothing, and
 * whoever waits for another place for holders who get theirs: no ring can form.
 */
export class Connections {
  #opened: Promise<Opened> | undefined;
  #closed = false;

  /** @param openSource called when a connection is first asked for, and again if that fails */
  constructor(private readonly openSource: () => Promise<ConnectionSource>) {}

  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * @param held how many connections the caller holds
   * @param signal ends the wait for a place; by default that of the handler which the caller is part of
   * @throws DatabaseUnavailableError
   * @throws NestedConnectionError when the caller holds as many as it may
   */
  async acquire(held: number, signal?: AbortSignal): Promise<HeldConnection> {
    signal?.throwIfAborted();
    if (this.#closed) throw new TransactionOverError('the service stopped');
    const opened = await this.#open();
    const places = await this.#takePlace(opened, held, signal);
    let connection: Connection;
    try {
      connection = await opened.source.acquire();
    } catch (error) {
      places.release();
      throw error;
    }
    let isReleased = false;
    const release = (as: 'reusable' | 'discard'): void => {
      if (isReleased) return;
      isReleased = true;
      connection.release(as);
      places.release();
    };
    return { connection, release };
  }

  /** Resolves once all connections are closed; those given out must be released. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.source.close();
  }

  /** @returns where the place is to be given back */
  async #takePlace(
    { source, places, reserve }: Opened,
    held: number,
    signal: AbortSignal | undefined,
  ): Promise<Places> {
    if (held > 1) throw new NestedConnectionError('it holds two already');
    if (held === 1 && source.reserve === 0)
      throw new NestedConnectionError('this database has only one connection');
    if (places.take()) return places;
    const from = held === 1 ? reserve : places;
    await from.acquire(signal ?? callSignal());
    return from;
  }

  async #open(): Promise<Opened> {
    this.#opened ??= this.openSource().then((source) => ({
      source,
      places: new Places(source.size),
      reserve: new Places(source.reserve),
    }));
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}
