/** Why a partition is not fetched from. */
export type PauseReason =
  'over budget' | 'dead-letter limit' | 'stopped by its handler' | 'not due yet' | 'by an operator';

/** Whether a partition is fetched from: only while nothing speaks against it. */
export class PauseReasons {
  readonly #stops = new Set<PauseReason>();

  /** @param changed called when the gate goes from open to closed, or back */
  constructor(private readonly changed: (paused: boolean) => void) {}

  get closed(): boolean {
    return this.#stops.size > 0;
  }

  /** What speaks against it. */
  get list(): readonly PauseReason[] {
    return [...this.#stops];
  }

  has(reason: PauseReason): boolean {
    return this.#stops.has(reason);
  }

  add(reason: PauseReason): void {
    const wasClosed = this.closed;
    this.#stops.add(reason);
    if (!wasClosed) this.changed(true);
  }

  remove(reason: PauseReason): void {
    if (this.#stops.delete(reason) && !this.closed) this.changed(false);
  }
}
