const CHECK_MS = 100;

/**
 * Checks periodically for handlers that exceed their timeout, and measures how long the event loop was blocked. While
 * one handler computes or the machine sleeps, answers for the others are not read; that time is not theirs.
 */
export class TimeoutWatch {
  #timer: NodeJS.Timeout | undefined;
  #checkedAt = 0;

  /** @param check gets how long nothing could run since the last check, in ms */
  constructor(
    private readonly check: (blockedMs: number) => void,
    private readonly now: () => number,
  ) {}

  start(): void {
    this.#checkedAt = this.now();
    this.#timer = setInterval(() => this.tick(), CHECK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What the timer does. A check that is late by less than its own interval is only late. */
  tick(): void {
    const lateMs = this.now() - this.#checkedAt - CHECK_MS;
    this.#checkedAt = this.now();
    this.check(lateMs > CHECK_MS ? lateMs : 0);
  }
}
