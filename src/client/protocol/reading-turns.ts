import { setImmediate } from 'node:timers/promises';

/** How long reading a response may block the event loop at a time, in ms. */
const MAX_TURN_MS = 10;

/**
 * Splits the reading of a response over several turns of the event loop: a small response can unpack to millions of
 * records, and heartbeats, probes and timers must not wait for all of them.
 */
export class ReadingTurns {
  #since = performance.now();

  /** Whether this turn has lasted long enough; then await `next`. */
  get isSpent(): boolean {
    return performance.now() - this.#since > MAX_TURN_MS;
  }

  /** Resolves in a later turn. */
  async next(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
