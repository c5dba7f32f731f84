import type { DeadLetterLimit } from '../handler/failure-policy.js';
/**
 * Records that can never be handled are rare: at one in a hundred, fifty in a row or half of two hundred do not happen.
 * A release that fails every record is stopped after fifty per partition, one that fails most after a hundred.
 */
export const DEFAULT_DEAD_LETTER_LIMIT: DeadLetterLimit = { consecutive: 50, ratio: 0.5, window: 200 };

/**
 * Prevents a bad release from turning a whole topic into dead letters. It opens when too many of a partition's
 * records fail for good, and closes as soon as records succeed again. Each record counts once.
 */
export class CircuitBreaker {
  #consecutive = 0;
  #outcomes = 0;
  /** The numbers of the failures within the window. */
  #failed: number[] = [];

  constructor(private readonly limit: DeadLetterLimit) {}

  /** Whether it is open: failed records are held back for now. */
  get isOpen(): boolean {
    const { consecutive, ratio, window } = this.limit;
    return this.#consecutive >= consecutive || this.#failed.length >= ratio * window;
  }

  /** A record was handled. */
  passed(): void {
    this.#consecutive = 0;
    this.#outcomes++;
    if (this.#failed.length > 0) this.#forget();
  }

  /** A record that was held back succeeded: the cause is resolved. */
  reset(): void {
    this.#consecutive = 0;
    this.#failed = [];
  }

  /**
   * A record has failed for the first time; it may recover.
   * @returns the number of that outcome
   */
  failed(): number {
    const outcome = this.#outcomes++;
    this.#consecutive++;
    this.#failed.push(outcome);
    this.#forget();
    return outcome;
  }

  /** A record that had failed was handled after all. */
  recovered(outcome: number): void {
    this.#consecutive = 0;
    this.#failed = this.#failed.filter((each) => each !== outcome);
  }

  /** @returns which limit was reached, for messages */
  get reason(): string {
    const { consecutive, window } = this.limit;
    return this.#consecutive >= consecutive
      ? `${this.#consecutive} records in a row failed for good`
      : `${this.#failed.length} of the last ${window} records failed for good`;
  }

  #forget(): void {
    const from = this.#outcomes - this.limit.window;
    const first = this.#failed.findIndex((outcome) => outcome >= from);
    if (first !== 0) this.#failed = first < 0 ? [] : this.#failed.slice(first);
  }
}
