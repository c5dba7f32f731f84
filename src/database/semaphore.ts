/**
 * A fair semaphore: a fixed number of permits, granted in the order of the requests. Waiting has no timeout of its
 * own: handlers that wait fill the in-flight limits, and so slow down fetching to the speed of the database.
 */
export class Semaphore {
  readonly #waiting = new Set<() => void>();
  #permits: number;

  constructor(permits: number) {
    this.#permits = permits;
  }

  /** Takes a permit if one is free; returns whether it did. */
  tryAcquire(): boolean {
    if (this.#permits === 0) return false;
    this.#permits--;
    return true;
  }

  /**
   * Resolves once a permit was taken.
   * @throws the signal's reason if it is aborted first
   */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.tryAcquire()) return;
    await new Promise<void>((resolve, reject) => {
      const cancel = (): void => {
        this.#waiting.delete(grant);
        reject(signal?.reason);
      };
      const grant = (): void => {
        signal?.removeEventListener('abort', cancel);
        resolve();
      };
      this.#waiting.add(grant);
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Releases a permit; it goes to the request that has waited longest, if there is one. */
  release(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#permits++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
