import type { Connection, ConnectionSource } from '../connection.js';

/** The rows with which a database without receipts answers a statement. */
function rowsOf(text: string, values: readonly unknown[], isReadOnly: boolean): readonly object[] {
  if (text.includes('to_regclass')) return [{ found: 'idempotency_marks' }];
  if (text.includes('pg_is_in_recovery')) return [{ read_only: isReadOnly }];
  return Array.isArray(values[1]) ? values[1].map((key: unknown) => ({ key })) : [];
}

/**
 * A database with `size` connections and a reserve for second ones, which answers each statement at once and contains
 * no receipts. It counts the connections in use.
 */
export class AnsweringSource implements ConnectionSource {
  readonly reserve: number;
  inUse = 0;
  mostInUse = 0;

  constructor(
    readonly size: number,
    reserve = 1,
    private readonly isReadOnly = false,
  ) {
    this.reserve = reserve;
  }

  async acquire(): Promise<Connection> {
    this.mostInUse = Math.max(this.mostInUse, ++this.inUse);
    return {
      query: async (text: string, values: readonly unknown[] = []) => {
        const rows = rowsOf(text, values, this.isReadOnly);
        return { rows: rows as never[], rowCount: rows.length, command: text };
      },
      begin: () => Promise.resolve(),
      release: () => void this.inUse--,
    };
  }

  async close(): Promise<void> {}
}
