/** Why fetching of a partition is paused. */
export type PauseReason =
  'in-flight limit' | 'circuit breaker' | 'stopped by its handler' | 'not due yet' | 'paused by an operator';

/** The reasons to pause a partition. It is fetched only while there are none. */
export class PauseReasons {
  readonly #reasons = new Set<PauseReason>();

  /** @param changed called when the partition is paused or resumed */
  constructor(private readonly changed: (paused: boolean) => void) {}

  get isPaused(): boolean {
    return this.#reasons.size > 0;
  }

  /** The current reasons. */
  get list(): readonly PauseReason[] {
    return [...this.#reasons];
  }

  has(reason: PauseReason): boolean {
    return this.#reasons.has(reason);
  }

  add(reason: PauseReason): void {
    const wasClosed = this.isPaused;
    this.#reasons.add(reason);
    if (!wasClosed) this.changed(true);
  }

  remove(reason: PauseReason): void {
    if (this.#reasons.delete(reason) && !this.isPaused) this.changed(false);
  }
}
