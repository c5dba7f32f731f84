/**
 * What PostgreSQL's SQLSTATE says of who is to blame.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** The connection is gone: connection exceptions, an end by an administrator, a crash, or a transaction at rest. */
const LOST = /^(08...|57P0[125]|25P0[34])$/;

/** The server takes no statement, or no writes, from anybody: it starts or stops, is a standby, or has no room. */
const UNAVAILABLE = /^(25006|53100|53300|57P0[34]|58030)$/;

/** Another transaction was in the way: a serialization failure, a deadlock, a lock that was not available. */
const CONFLICT = /^(40001|40P01|55P03)$/;

/** The values that were given, or limits that they broke. */
const DATA = /^(22...|23...|54...)$/;

/** The SQLSTATE of a server's error; undefined of any other. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether it says that the connection is gone. */
export function isLost(state: string | undefined): boolean {
  return state !== undefined && LOST.test(state);
}

/** Whether it says that no statement could have succeeded. */
export function isUnavailable(state: string | undefined): boolean {
  return state !== undefined && UNAVAILABLE.test(state);
}

/** Whether it says that the transaction was in another one's way. */
export function isConflict(state: string | undefined): boolean {
  return state !== undefined && CONFLICT.test(state);
}

/** Whether it says that the values are to blame. */
export function isAboutData(state: string | undefined): boolean {
  return state !== undefined && DATA.test(state);
}
