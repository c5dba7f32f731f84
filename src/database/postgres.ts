import type { Pool, PoolClient } from 'pg';
import type { DatabaseConfig } from '../config/index.js';
import type { Connection, ConnectionSource, QueryResult, Row } from './connection.js';
import { ConnectionLostError, DatabaseUnavailableError } from './errors.js';
import { isLost, isUnavailable } from './sql-state.js';

/**
 * The client's statement timeout exceeds the server's by this, so the server reports it first unless the connection
 * is lost.
 */
const ANSWER_MARGIN_MS = 5_000;

/** Connections in addition to the pool size, for holders of a connection that need a second one. */
const RESERVE = 1;

type Driver = (typeof import('pg'))['default'];

/** Options of a connection pool. */
export interface PostgresOptions extends DatabaseConfig {
  readonly url: string;
  /** Name of the service in the database's list of connections. */
  readonly applicationName: string;
}

/** A connection pool for a PostgreSQL server. It connects on first use. */
export async function openPostgres(options: PostgresOptions): Promise<ConnectionSource> {
  const { default: driver } = await import('pg');
  const pool = new driver.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.poolSize + RESERVE,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.statementTimeoutMs + ANSWER_MARGIN_MS,
    keepAlive: true,
  });
  // The pool removes an idle connection that breaks. Without a listener the error would crash the process.
  pool.on('error', () => undefined);
  return {
    size: options.poolSize,
    reserve: RESERVE,
    acquire: () => connect(driver, pool, options),
    close: () => pool.end(),
  };
}

async function connect(driver: Driver, pool: Pool, options: PostgresOptions): Promise<Connection> {
  try {
    return new PostgresConnection(driver, await pool.connect(), options);
  } catch (error) {
    throw new DatabaseUnavailableError('connecting', error);
  }
}

class PostgresConnection implements Connection {
  #lost = false;
  readonly #onError = (): void => void (this.#lost = true);

  constructor(
    private readonly driver: Driver,
    private readonly client: PoolClient,
    private readonly options: PostgresOptions,
  ) {
    // The pool listens only to idle connections. Without this listener a lost connection would crash the process.
    client.on('error', this.#onError);
  }

  async query<R extends object = Row>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<R>> {
    try {
      // The driver returns a list if the text has several statements.
      const results = [await this.client.query<R & Row>(text, [...values])].flat();
      const { rows, rowCount } = results.at(-1) ?? { rows: [], rowCount: 0 };
      return { rows, rowCount: rowCount ?? 0, command: results.map(({ command }) => command).join('; ') };
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** Sends one message, so that the limits cost no round trip; poolers reject them as connection parameters. */
  async begin(): Promise<void> {
    const { statementTimeoutMs, idleInTransactionTimeoutMs } = this.options;
    try {
      await this.client.query(
        `BEGIN; SET LOCAL statement_timeout = ${statementTimeoutMs}; ` +
          `SET LOCAL idle_in_transaction_session_timeout = ${idleInTransactionTimeoutMs}`,
      );
    } catch (error) {
      throw this.#translated(error);
    }
  }

  release(as: 'reusable' | 'discard'): void {
    this.client.removeListener('error', this.#onError);
    this.client.release(as === 'discard' || this.#lost);
  }

  #translated(error: unknown): unknown {
    if (error instanceof this.driver.DatabaseError) {
      if (isLost(error.code)) return this.#lose(error);
      return isUnavailable(error.code) ? new DatabaseUnavailableError('a statement', error) : error;
    }
    // An error that is not from the server is a network error, or a value that the driver cannot encode (TypeError).
    return error instanceof TypeError ? error : this.#lose(error);
  }

  #lose(error: unknown): ConnectionLostError {
    this.#lost = true;
    return new ConnectionLostError(error);
  }
}
