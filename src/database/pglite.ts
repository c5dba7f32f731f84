import type { PGlite } from '@electric-sql/pglite';
import type { Connection, ConnectionSource, QueryResult, Row } from './connection.js';
import { DatabaseUnavailableError } from './errors.js';

/** As `pg` gives them: text, since a double can't hold every 64-bit integer. */
const INT8 = 20;

/**
 * PostgreSQL within the process, for development and tests: a devDependency, so the image has none. It has one
 * connection, so that transactions run one after the other.
 *
 * @param directory where it keeps its data; undefined for in memory. One process at a time may use it
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
    throw new DatabaseUnavailableError('starting the PostgreSQL within the process', error);
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

  /** There is no connection to end: what is to be discarded is rolled back, before whatever comes next. */
  release(): void {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    this.database.query('ROLLBACK').catch(() => undefined);
  }
}
