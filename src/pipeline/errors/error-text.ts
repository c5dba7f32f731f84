/** Reads a property of an error. Its getter may throw: some errors build their text lazily. */
function readText(read: () => unknown, otherwise: string): string {
  try {
    return String(read());
  } catch {
    return otherwise;
  }
}

/** The text of anything that was thrown. Never throws. */
export function textOf(value: unknown): string {
  return readText(() => value, `${typeof value} without a text`);
}

/**
 * The class of an error, or the type of anything else that was thrown. If PostgreSQL is the cause, its SQLSTATE
 * follows, as in `DatabaseError 23505`: without it, all errors of the database would look alike. Never throws.
 */
export function errorNameOf(error: unknown): string {
  if (!isError(error)) return typeof error;
  const name = readText(() => error.name, 'Error');
  const state = sqlStateOf(error);
  if (state === undefined) return name;
  // The driver names its errors after the message of the protocol.
  return `${name === 'error' ? readText(() => error.constructor.name, name) : name} ${state}`;
}

const SQL_STATE = /^[0-9A-Z]{5}$/;

/** The SQLSTATE of an error of PostgreSQL, or of an error that was caused by one. Never throws. */
export function sqlStateOf(error: unknown): string | undefined {
  let each = error;
  for (let depth = 0; isError(each) && depth < 5; depth++) {
    const found = each;
    const state = readText(() => ('severity' in found && 'code' in found ? found.code : ''), '');
    if (SQL_STATE.test(state)) return state;
    each = causeOf(found);
  }
  return undefined;
}

/** The message of an error, or the text of anything else that was thrown. Never throws. */
export function errorMessageOf(error: unknown): string {
  if (!isError(error)) return textOf(error);
  let message: unknown;
  try {
    message = error.message;
  } catch {
    return 'the message of the error could not be read';
  }
  return textOf(message);
}

/** The stack of an error, followed by those of its causes; empty for anything else. Never throws. */
export function errorStackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let each: unknown = error; isError(each) && stacks.length < 5; each = causeOf(each)) {
    stacks.push(stackOf(each));
  }
  return stacks.join('\nCaused by: ');
}

/** V8 builds the stack from name and message when it is read: their getters may throw here. */
function stackOf(error: Error): string {
  const otherwise = `${errorNameOf(error)}: ${errorMessageOf(error)}`;
  return readText(() => error.stack ?? otherwise, otherwise);
}

function causeOf(error: Error): unknown {
  try {
    return error.cause;
  } catch {
    return undefined;
  }
}

/** `instanceof` throws for a proxy that was revoked. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}
