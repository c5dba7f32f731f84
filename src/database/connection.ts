/** A row as the driver makes it. */
export type Row = Record<string, unknown>;

/** What a statement brought. */
export interface QueryResult<R extends object = Row> {
  readonly rows: readonly R[];
  /** Rows returned or changed; 0 for statements without any. */
  readonly rowCount: number;
  /** The command as PostgreSQL did it, which after `COMMIT` may be `ROLLBACK`. */
  readonly command: string;
}

/** A connection of a source, for one at a time. */
export interface Connection {
  query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Begins a transaction, with the limits that the source was opened with. */
  begin(): Promise<void>;
  /** Gives it back. `discard` ends it, and with it the transaction it may be in. */
  release(as: 'reusable' | 'discard'): void;
}

/** Where connections come from. */
export interface ConnectionSource {
  /** How many connections it has at once, those of the reserve left out. */
  readonly size: number;
  /** How many more it has for holders of one that need a second. */
  readonly reserve: number;
  /** @throws DatabaseUnavailableError */
  acquire(): Promise<Connection>;
  /** Resolves once all connections are closed; those given out must have been released. */
  close(): Promise<void>;
}
