import { setTimeout as sleep } from 'node:timers/promises';

/** Limits the average number of records per second. */
export class RateLimiter {
  #due = -Infinity;

  /** @param perSecond undefined for no limit */
  constructor(
    private readonly perSecond: number | undefined,
    private readonly now: () => number = Date.now,
    private readonly wait: (ms: number) => Promise<unknown> = sleep,
  ) {}

  /** The batch size to use: at most the records of one second. */
  batchSize(most: number): number {
    return this.perSecond === undefined ? most : Math.max(1, Math.min(most, Math.floor(this.perSecond)));
  }

  /** Resolves once these records may be sent. */
  async admit(records: number): Promise<void> {
    if (this.perSecond === undefined) return;
    const now = this.now();
    const waitMs = this.#due - now;
    this.#due = Math.max(this.#due, now) + (records * 1_000) / this.perSecond;
    if (waitMs > 0) await this.wait(waitMs);
  }
}
