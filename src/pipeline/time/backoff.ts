/** How long to wait between two attempts to handle the same record. */
export interface Backoff {
  /** The bound of the first wait. */
  readonly initialMs: number;
  /** The maximum bound. */
  readonly maxMs: number;
}

/** The bound starts at half a second and doubles up to half a minute. */
export const DEFAULT_BACKOFF: Backoff = { initialMs: 500, maxMs: 30_000 };

/**
 * Exponential backoff with full jitter: a wait between 0 and a bound that doubles with each failure, so that records
 * that failed together are not retried together.
 *
 * @param failures how often the record has failed, from 1 on
 * @param random a number from 0 up to, but not including, 1
 * @returns whole milliseconds, at least 1
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  const bound = Math.min(backoff.maxMs, backoff.initialMs * 2 ** Math.min(failures - 1, 52));
  return Math.max(1, Math.floor(bound * random));
}
