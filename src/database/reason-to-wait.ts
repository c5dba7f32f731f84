import { ConnectionLostError, DatabaseUnavailableError, TransactionConflictError } from './errors.js';
import { PermanentError } from '../pipeline/index.js';
import { isConflict, isReadOnly, isUnavailable, sqlStateOf } from './sql-state.js';

/** Maximum length of a chain of causes that is followed. */
const DEEPEST = 8;

/** Whether an error or one of its causes is a lost connection. */
export function isConnectionLost(error: unknown): boolean {
  return causesOf(error).some((each) => each instanceof ConnectionLostError);
}

/** Whether an error or one of its causes is a PermanentError, which a retry cannot fix. */
export function isPermanent(error: unknown): boolean {
  return causesOf(error).some((each) => each instanceof PermanentError);
}

/** Whether an error or one of its causes is a write in a read-only transaction. */
export function isReadOnlyTransaction(error: unknown): boolean {
  return causesOf(error).some((each) => isReadOnly(sqlStateOf(each)));
}

/**
 * The error that makes a record wait after its transaction failed; undefined if the record itself failed. Handlers wrap
 * errors, so causes count too.
 */
export function reasonToWait(error: unknown): Error | undefined {
  for (const each of causesOf(error)) {
    if (each instanceof DatabaseUnavailableError) return each;
    const state = sqlStateOf(each);
    if (isUnavailable(state)) return new DatabaseUnavailableError('a statement', each);
    if (isConflict(state)) return new TransactionConflictError(each);
  }
  return undefined;
}

/** An error and its chain of causes. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let each = error; each instanceof Error && causes.length < DEEPEST; each = each.cause)
    causes.push(each);
  return causes;
}
