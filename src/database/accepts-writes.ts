import type { Connection } from './connection.js';

/**
 * Whether new transactions of a server may write: it is not a standby, and no setting of the server, database or role
 * makes them read-only. A setting of the session itself does not count.
 */
export async function acceptsWrites(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ read_only: boolean }>(
    `SELECT pg_is_in_recovery() OR reset_val = 'on' AS read_only
     FROM pg_settings WHERE name = 'default_transaction_read_only'`,
  );
  return rows[0]?.read_only === false;
}
