import type { DeadLetter } from '../redelivery/index.js';
import { isShownAs, legible } from './legible.js';

/** Which dead letters a command is about; what is left out does not matter. */
export interface Filter {
  readonly originalTopic?: string | undefined;
  /** The error's class, with or without an SQLSTATE. */
  readonly reason?: string | undefined;
  /** Put aside at this time or later, in ms since the epoch. */
  readonly since?: number | undefined;
  /** The record's key as `list` shows it. */
  readonly key?: string | undefined;
}

/** Whether a dead letter is among those that a filter asks for. */
export function matches(letter: DeadLetter, { originalTopic, reason, since, key }: Filter): boolean {
  return (
    (originalTopic === undefined || letter.originalTopic === originalTopic) &&
    (reason === undefined || isOfClass(letter.reason, reason)) &&
    (since === undefined || (letter.failedAt ?? -Infinity) >= since) &&
    (key === undefined || isShownAs(legible(letter.key), key))
  );
}

/** `DatabaseError` is meant for every SQLSTATE, `DatabaseError 23505` for that one. */
function isOfClass(reason: string, asked: string): boolean {
  return reason === asked || reason.startsWith(`${asked} `);
}
