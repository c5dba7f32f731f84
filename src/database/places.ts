/**
 * A fair semaphore: a fixed number of places, taken in the order of the requests. Waiting has no timeout of its own:
 * waiting handlers slow down the fetch, as they should if the database is the slowest part.
 */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a place if one is free; returns whether it did. */
  take(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /**
   * Resolves once a place was taken.
   * @throws the signal's reason if it is aborted first
   */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.take()) return;
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(take);
        reject(signal?.reason);
      };
      const take = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#waiting.add(take);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Releases a place; it goes to the request that has waited longest, if there is one. */
  release(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
