import type { Pool, PoolClient } from 'pg';
import type { DatabaseConfig } from '../config/index.js';
import type { Connection, ConnectionSource, QueryResult, Row } from './connection.js';
import { ConnectionLostError, DatabaseUnavailableError } from './errors.js';
import { isLost, isUnavailable } from './sql-state.js';

/** How much later than the database the client gives a statement up: it answers first, unless it is away. */
const ANSWER_MARGIN_MS = 5_000;

/** Beyond the pool's size, for holders of a connection that need a second. */
const RESERVE = 1;

type Driver = (typeof import('pg'))['default'];

/** What is needed to open a pool. */
export interface PostgresOptions extends DatabaseConfig {
  readonly url: string;
  /** Names the service among the connections that the database lists. */
  readonly applicationName: string;
}

/** A pool of connections to a PostgreSQL server. It connects when the first is asked for. */
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
  // A connection that breaks while nobody uses it is gone from the pool; unheard, it would end the process.
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
    // The pool listens only while a connection rests in it; unheard, a lost one would end the process.
    client.on('error', this.#onError);
  }

  async query<R extends object = Row>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<R>> {
    try {
      const { rows, rowCount, command } = await this.client.query<R & Row>(text, [...values]);
      return { rows, rowCount: rowCount ?? 0, command };
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** In one message, so that the limits cost no round trip; poolers refuse them as parameters of a connection. */
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
    // What is not from the server is from the way to it, or a value that the driver could not write.
    return error instanceof TypeError ? error : this.#lose(error);
  }

  #lose(error: unknown): ConnectionLostError {
    this.#lost = true;
    return new ConnectionLostError(error);
  }
}
