/** Why a partition is not fetched from. */
export type PauseReason =
  'in-flight limit' | 'circuit breaker' | 'stopped by its handler' | 'not due yet' | 'paused by an operator';

/** Whether a partition is fetched from: only while nothing speaks against it. */
export class PauseReasons {
  readonly #reasons = new Set<PauseReason>();

  /** @param changed called when the gate goes from open to closed, or back */
  constructor(private readonly changed: (paused: boolean) => void) {}

  get isPaused(): boolean {
    return this.#reasons.size > 0;
  }

  /** What speaks against it. */
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
