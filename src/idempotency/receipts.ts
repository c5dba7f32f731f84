import type { Database } from '../database/index.js';

/** Runs statements: the database or one of its transactions. */
type Statements = Pick<Database, 'query'>;

/** Arbitrary number of the advisory lock; nothing else in the database should use it. */
const CREATE_LOCK = 7_310_579_224;

/**
 * Creates the table of receipts if it does not exist. If the role may not create tables, an administrator can create it.
 * The lock serializes members that start together: PostgreSQL's own IF NOT EXISTS can fail in a race.
 */
export async function createReceipts(database: Database): Promise<void> {
  if (await exists(database)) return;
  await database.transaction(async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [CREATE_LOCK]);
    await transaction.query(`CREATE TABLE IF NOT EXISTS idempotency_marks (
      scope text NOT NULL,
      key text NOT NULL,
      handled_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (scope, key)
    )`);
    await transaction.query(
      'CREATE INDEX IF NOT EXISTS idempotency_marks_handled_at ON idempotency_marks (handled_at)',
    );
  });
}

async function exists(statements: Statements): Promise<boolean> {
  const { rows } = await statements.query<{ found: string | null }>(
    `SELECT to_regclass('idempotency_marks')::text AS found`,
  );
  return typeof rows[0]?.found === 'string';
}

/**
 * Inserts a receipt for each key without one. Waits if another transaction is inserting the same receipt.
 * @returns the keys that had no receipt
 */
export async function insertReceipts(
  statements: Statements,
  scope: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  // Sorted, so that no two batches wait for each other.
  const { rows } = await statements.query<{ key: string }>(
    `INSERT INTO idempotency_marks (scope, key)
     SELECT $1, key FROM unnest($2::text[]) AS key ORDER BY key
     ON CONFLICT DO NOTHING RETURNING key`,
    [scope, keys],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Deletes at most `limit` receipts that are older than `ageMs`; returns the number deleted. */
export async function deleteReceipts(database: Database, ageMs: number, limit: number): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM idempotency_marks WHERE (scope, key) IN (
       SELECT scope, key FROM idempotency_marks
       WHERE handled_at < now() - $1 * interval '1 millisecond'
       ORDER BY handled_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [ageMs, limit],
  );
  return rowCount;
}
