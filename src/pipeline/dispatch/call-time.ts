/** How much of a call's time is its handler's own, in ms. Time spent waiting for what is not its doing is left out. */
export class CallTime {
  readonly controller = new AbortController();
  #waits = 0;
  #waitingSince = 0;
  #excludedMs = 0;

  /** @param startedAt ms since the epoch, as are all times it is given */
  constructor(readonly startedAt: number) {}

  get isWaiting(): boolean {
    return this.#waits > 0;
  }

  /** The handler begins to wait; waits may overlap. */
  waitStarted(now: number): void {
    if (this.#waits++ === 0) this.#waitingSince = now;
  }

  /** One of the waits has ended. */
  waitEnded(now: number): void {
    if (--this.#waits === 0) this.#excludedMs += now - this.#waitingSince;
  }

  /** Nothing could run for that long. */
  exclude(ms: number): void {
    if (!this.isWaiting) this.#excludedMs += ms;
  }

  ownMs(now: number): number {
    return (this.isWaiting ? this.#waitingSince : now) - this.startedAt - this.#excludedMs;
  }
}
