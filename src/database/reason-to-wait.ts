import { ConnectionLostError, DatabaseUnavailableError, TransactionConflictError } from './errors.js';
import { PermanentError } from '../pipeline/index.js';
import { isConflict, isUnavailable, sqlStateOf } from './sql-state.js';

/** How far errors are followed to what caused them. */
const DEEPEST = 8;

/** Whether an error, or what caused it, is the loss of a connection. */
export function isConnectionLost(error: unknown): boolean {
  return causesOf(error).some((each) => each instanceof ConnectionLostError);
}

/** Whether an error, or what caused it, says that no retry can help. */
export function isPermanent(error: unknown): boolean {
  return causesOf(error).some((each) => each instanceof PermanentError);
}

/**
 * Why a record has to wait although its handler failed, seen from the error that ended its transaction; undefined
 * where it has failed. Handlers wrap what they catch, so what caused the error counts too.
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

/** An error, what caused it, what caused that, and so on. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let each = error; each instanceof Error && causes.length < DEEPEST; each = each.cause)
    causes.push(each);
  return causes;
}
