import type { DeadLetter } from '../../redelivery/index.js';
import { isDisplayedAs, displayText } from '../display-text.js';

/** Selects dead letters; an undefined field selects all. */
export interface Filter {
  readonly originalTopic?: string | undefined;
  /** The error's class, with or without an SQLSTATE. */
  readonly reason?: string | undefined;
  /** Stored at this time or later, in ms since the epoch. */
  readonly since?: number | undefined;
  /** The record's key as `list` shows it. */
  readonly key?: string | undefined;
}

/** Whether a filter selects a dead letter. */
export function matches(deadLetter: DeadLetter, { originalTopic, reason, since, key }: Filter): boolean {
  return (
    (originalTopic === undefined || deadLetter.originalTopic === originalTopic) &&
    (reason === undefined || isOfClass(deadLetter.reason, reason)) &&
    (since === undefined || (deadLetter.failedAt ?? -Infinity) >= since) &&
    (key === undefined || isDisplayedAs(displayText(deadLetter.key), key))
  );
}

/** `DatabaseError` selects every SQLSTATE, `DatabaseError 23505` only that one. */
function isOfClass(reason: string, className: string): boolean {
  return reason === className || reason.startsWith(`${className} `);
}
