import type { PGlite } from '@electric-sql/pglite';
import type { Connection, ConnectionSource, QueryResult, Row } from './connection.js';
import { DatabaseUnavailableError } from './errors.js';

/** Type id of int8, returned as text like in `pg`, since a double cannot represent every 64-bit integer. */
const INT8 = 20;

/**
 * An embedded PostgreSQL for development and tests. It is a devDependency, so the image does not contain it. It has one
 * connection, so transactions run one after the other.
 *
 * @param directory data folder, for one process at a time; undefined keeps the data in memory
 */
export async function openPglite(directory: string | undefined): Promise<ConnectionSource> {
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const parsers = { [INT8]: (text: string): string => text };
    const database = await PGlite.create({ parsers, ...(directory !== undefined && { dataDir: directory }) });
    return {
      size: 1,
      reserve: 0,
      acquire: async () => new PgliteConnection(database),
      close: () => database.close(),
    };
  } catch (error) {
    throw new DatabaseUnavailableError('starting the embedded PostgreSQL', error);
  }
}

class PgliteConnection implements Connection {
  #inTransaction = false;

  constructor(private readonly database: PGlite) {}

  async query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const { rows, rowCount, command } = await this.database.query<R>(text, values && [...values]);
    if (command === 'COMMIT' || command === 'ROLLBACK') this.#inTransaction = false;
    return { rows, rowCount: rowCount ?? 0, command: command ?? '' };
  }

  async begin(): Promise<void> {
    await this.database.query('BEGIN');
    this.#inTransaction = true;
  }

  /** There is no connection to close: an open transaction is rolled back before the next statement. */
  release(): void {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    this.database.query('ROLLBACK').catch(() => undefined);
  }
}
