/** How long to wait between two tries of the same record. */
export interface Backoff {
  /** The most the first wait may last. */
  readonly initialMs: number;
  /** The most any wait may last. */
  readonly maxMs: number;
}

/** From half a second, doubling, up to half a minute. */
export const DEFAULT_BACKOFF: Backoff = { initialMs: 500, maxMs: 30_000 };

/**
 * Exponential backoff with full jitter: a wait between 0 and a bound that doubles with each failure, so that
 * records which failed together do not come back together.
 *
 * @param failures how often the record has failed, from 1 on
 * @param random a number from 0 up to, but not including, 1
 * @returns whole milliseconds, at least 1
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  const bound = Math.min(backoff.maxMs, backoff.initialMs * 2 ** Math.min(failures - 1, 52));
  return Math.max(1, Math.floor(bound * random));
}
