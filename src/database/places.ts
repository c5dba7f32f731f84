/**
 * A bounded number of places, given in the order in which they were asked for. Waiting has no limit of its own:
 * handlers that wait here hold back the fetch, which is what should happen when the database is the slowest part.
 */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a place if one is free, and says whether. */
  take(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /**
   * Resolves once a place is free and taken.
   * @throws the signal's reason when that comes first
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

  /** Gives a place back: to the one that has waited longest, if there is any. */
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
