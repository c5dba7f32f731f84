import type { Database } from '../database/index.js';

/** What runs statements: the database, or a transaction of it. */
type Statements = Pick<Database, 'query'>;

/** Any number that nothing else in the database takes for an advisory lock. */
const CREATE_LOCK = 7_310_579_224;

/**
 * Creates the table of marks, where it is not there. A role that may not create tables can be given one.
 * Members that start together do it one after the other: PostgreSQL's own IF NOT EXISTS may fail in a race.
 */
export async function createMarks(database: Database): Promise<void> {
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
 * Inserts a mark for each of the keys that has none. Waits where another transaction is about to.
 * @returns those of the keys that had none
 */
export async function insertMarks(
  statements: Statements,
  scope: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  // In one order for all, so that no two batches wait for each other.
  const { rows } = await statements.query<{ key: string }>(
    `INSERT INTO idempotency_marks (scope, key)
     SELECT $1, key FROM unnest($2::text[]) AS key ORDER BY key
     ON CONFLICT DO NOTHING RETURNING key`,
    [scope, keys],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Deletes marks that are older than that, at most so many; returns how many it has found. */
export async function deleteMarks(database: Database, ageMs: number, limit: number): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM idempotency_marks WHERE (scope, key) IN (
       SELECT scope, key FROM idempotency_marks
       WHERE handled_at < now() - $1 * interval '1 millisecond'
       ORDER BY handled_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [ageMs, limit],
  );
  return rowCount;
}
