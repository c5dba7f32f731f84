/** Reads a property of an error; its getter may throw, as of errors that build their text when asked. */
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

/** The class of an error, or the type of anything else that was thrown. Never throws. */
export function errorNameOf(error: unknown): string {
  return isError(error) ? readText(() => error.name, 'Error') : typeof error;
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

/** A stack is built when it is read, out of name and message: a getter of those may throw here. */
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
