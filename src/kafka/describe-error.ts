/** An error in one line: its class and message. Of other things that were thrown, no more than that they were. */
export function describeError(error: unknown): string {
  try {
    return textOf(error).replaceAll(/\s*[\r\n]+\s*/g, ' ');
  } catch {
    return 'an error without a text was thrown';
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) {
    const name = error.name && error.name !== 'Error' ? `${error.name}: ` : '';
    return `${name}${error.message}`;
  }
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return String(error);
  return 'message' in error && typeof error.message === 'string' ? error.message : 'an object was thrown';
}
