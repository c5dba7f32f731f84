import type { Cancel, Clock } from '../../pipeline/index.js';

const CHECK_MS = 100;

/**
 * Checks periodically for handlers that exceed their timeout, and measures how long the event loop was blocked. While
 * a handler computes or the machine sleeps, the other handlers get no answers; that time does not count for them.
 */
export class TimeoutWatch {
  #cancel: Cancel | undefined;
  #checkedAt = 0;

  /** @param check receives how long the event loop was blocked since the last check, in ms */
  constructor(
    private readonly check: (blockedMs: number) => void,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.#checkedAt = this.clock.now();
    this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel = this.clock.schedule(CHECK_MS, () => {
      this.#schedule();
      this.#tick();
    });
  }

  /** A check that is late by less than its own interval is only late. */
  #tick(): void {
    const now = this.clock.now();
    const lateMs = now - this.#checkedAt - CHECK_MS;
    this.#checkedAt = now;
    this.check(lateMs > CHECK_MS ? lateMs : 0);
  }
}
