/** Why a partition is not fetched from. */
export type FetchStop =
  'over budget' | 'dead-letter limit' | 'stopped by its handler' | 'not due yet' | 'by an operator';

/** Whether a partition is fetched from: only while nothing speaks against it. */
export class FetchGate {
  readonly #stops = new Set<FetchStop>();

  /** @param changed called when the gate goes from open to closed, or back */
  constructor(private readonly changed: (closed: boolean) => void) {}

  get closed(): boolean {
    return this.#stops.size > 0;
  }

  /** What speaks against it. */
  get reasons(): readonly FetchStop[] {
    return [...this.#stops];
  }

  has(reason: FetchStop): boolean {
    return this.#stops.has(reason);
  }

  close(reason: FetchStop): void {
    const wasClosed = this.closed;
    this.#stops.add(reason);
    if (!wasClosed) this.changed(true);
  }

  open(reason: FetchStop): void {
    if (this.#stops.delete(reason) && !this.closed) this.changed(false);
  }
}
