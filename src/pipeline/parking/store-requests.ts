import { type Backoff, backoffMs } from '../time/backoff.js';
import type { Clock } from '../time/clock.js';

const BACKOFF: Backoff = { initialMs: 500, maxMs: 10_000 };

/** Repeats requests to a partition's parking store until they succeed or the partition is closed. */
export class StoreRequests {
  /** Why the latest request failed; undefined if it succeeded. */
  problem: unknown;
  /** Callbacks that end the waits between two attempts. */
  readonly #waits = new Set<() => void>();
  #closed = false;

  /** @param unavailable called after each failed attempt; the next follows after `delayMs` */
  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly unavailable: (error: unknown, delayMs: number) => void,
  ) {}

  get isClosed(): boolean {
    return this.#closed;
  }

  /** @returns the answer; undefined if the partition is closed before the request has succeeded */
  async untilDone<T>(request: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 1; !this.#closed; failures++) {
      try {
        const answer = await request();
        this.problem = undefined;
        return answer;
      } catch (error) {
        this.problem = error;
        const delayMs = backoffMs(BACKOFF, failures, this.random());
        if (!this.#closed) this.unavailable(error, delayMs);
        await this.#wait(delayMs);
      }
    }
    return undefined;
  }

  /** Ends all waits; no request is repeated after this. */
  close(): void {
    this.#closed = true;
    for (const end of this.#waits) end();
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = this.clock.schedule(delayMs, end);
      this.#waits.add(end);
    });
  }
}
