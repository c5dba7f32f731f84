/** How long a call has run, in ms. Waits for commits and resources are not included. */
export class CallTime {
  readonly controller = new AbortController();
  #waits = 0;
  #waitingSince = 0;
  #excludedMs = 0;

  /** @param startedAt ms since the epoch, like the times of all methods */
  constructor(readonly startedAt: number) {}

  get isWaiting(): boolean {
    return this.#waits > 0;
  }

  /** The handler begins to wait. Waits may overlap. */
  waitStarted(now: number): void {
    if (this.#waits++ === 0) this.#waitingSince = now;
  }

  /** One of the waits has ended. */
  waitEnded(now: number): void {
    if (--this.#waits === 0) this.#excludedMs += now - this.#waitingSince;
  }

  /** Excludes `ms` in which the event loop was blocked. */
  exclude(ms: number): void {
    if (!this.isWaiting) this.#excludedMs += ms;
  }

  ownMs(now: number): number {
    return (this.isWaiting ? this.#waitingSince : now) - this.startedAt - this.#excludedMs;
  }
}
