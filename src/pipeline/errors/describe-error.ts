import { errorNameOf } from './error-text.js';

/** Bounds log lines and health answers: a message may have megabytes. */
const MOST_CHARACTERS = 4096;

/**
 * An error in one line of at most 4,096 characters: its class and message. Properties of thrown objects are left out,
 * as they may hold payload.
 */
export function describeError(error: unknown): string {
  try {
    const text = textOf(error);
    const isLong = text.length > MOST_CHARACTERS;
    const line = text.slice(0, MOST_CHARACTERS).replaceAll(/\s*[\r\n]+\s*/g, ' ');
    return isLong ? `${line}... (${text.length} characters)` : line;
  } catch {
    return 'an error without a text was thrown';
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) {
    const name = errorNameOf(error);
    return `${name && name !== 'Error' ? `${name}: ` : ''}${error.message}`;
  }
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return String(error);
  return 'message' in error && typeof error.message === 'string' ? error.message : 'an object was thrown';
}
