/**
 * Classifies PostgreSQL errors by their SQLSTATE.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** The connection was lost: connection exceptions, termination by an administrator, a crash, or an idle transaction. */
const LOST = /^(08...|57P0[125]|25P0[34])$/;

/** The server accepts no statements: it is starting, stopping, or out of resources. */
const UNAVAILABLE = /^(53100|53300|57P0[34]|58030)$/;

/** A write in a read-only transaction: the server is a standby, or the transaction was made read-only. */
const READ_ONLY = '25006';

/**
 * Conflict with another transaction: a serialization failure or a deadlock, which a retry resolves. An unavailable
 * lock (55P03) is not a conflict: the statement itself requested not to wait, and the lock may never become free.
 */
const CONFLICT = /^(40001|40P01)$/;

/** Invalid values, or values that violate a constraint or limit. */
const DATA = /^(22...|23...|54...)$/;

/** The SQLSTATE of a server error; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether the connection was lost. */
export function isLost(state: string | undefined): boolean {
  return state !== undefined && LOST.test(state);
}

/** Whether the server is unavailable for any statement. */
export function isUnavailable(state: string | undefined): boolean {
  return state !== undefined && UNAVAILABLE.test(state);
}

/** Whether a write failed since its transaction is read-only. */
export function isReadOnly(state: string | undefined): boolean {
  return state === READ_ONLY;
}

/** Whether the transaction conflicted with another one. */
export function isConflict(state: string | undefined): boolean {
  return state !== undefined && CONFLICT.test(state);
}

/** Whether the values caused the error. */
export function isAboutData(state: string | undefined): boolean {
  return state !== undefined && DATA.test(state);
}
