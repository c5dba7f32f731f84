import { errorNameOf } from './error-text.js';

/** A log line, a field of health: a message of a megabyte must not fill them. */
const MOST_CHARACTERS = 4096;

/**
 * An error in one line of at most 4,096 characters: its class and message. Of other things that were thrown, no more
 * than that they were.
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
