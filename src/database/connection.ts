/** A row as the driver returns it. */
export type Row = Record<string, unknown>;

/** The result of a statement. */
export interface QueryResult<R extends object = Row> {
  readonly rows: readonly R[];
  /** Number of rows returned or changed; 0 for other statements. */
  readonly rowCount: number;
  /**
   * PostgreSQL's command tag; for a `COMMIT` of a failed transaction it is `ROLLBACK`. Of several statements in one
   * text, all tags with `; ` between them; the rows are those of the last.
   */
  readonly command: string;
}

/** A database connection with one holder at a time. */
export interface Connection {
  query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Begins a transaction, with the limits that the source was opened with. */
  begin(): Promise<void>;
  /** Releases it. `discard` closes it, which also ends its open transaction. */
  release(as: 'reusable' | 'discard'): void;
}

/** Opens connections. */
export interface ConnectionSource {
  /** Maximum number of connections, without the reserve. */
  readonly size: number;
  /** Number of further connections, for holders of one that need a second. */
  readonly reserve: number;
  /** @throws DatabaseUnavailableError if no connection can be opened */
  acquire(): Promise<Connection>;
  /** Resolves once all connections are closed; those given out must have been released. */
  close(): Promise<void>;
}
