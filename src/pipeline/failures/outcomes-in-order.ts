import type { DeadLetterLimit } from '../handler/failure-policy.js';

const [OPEN, PASSED, FAILED] = [0, 1, 2] as const;
const FIRST_SIZE = 1024;

/**
 * The outcomes of a partition's records in log order: one byte each, back to the first unsettled record.
 *
 * Outcomes are not reported in log order: if all records of one key fail, its lane reports them in a row, long after
 * the records of other keys between them have succeeded.
 */
export class OutcomesInOrder {
  #outcomes = new Uint8Array(FIRST_SIZE);
  #next = 0;

  /** @param oldest the sequence of the first record that is not settled */
  constructor(
    private readonly limit: DeadLetterLimit,
    private readonly oldest: () => number,
  ) {}

  passed(sequence: number): void {
    this.#record(sequence, PASSED);
  }

  failed(sequence: number): void {
    this.#record(sequence, FAILED);
  }

  /** Whether the outcomes up to and including this failed record reach a limit. */
  isAmongFailures(sequence: number): boolean {
    const { consecutive, ratio, window } = this.limit;
    const first = Math.max(0, this.#next - this.#outcomes.length);
    let [decided, failed] = [0, 0];
    for (let at = sequence; at >= first && decided < window; at--) {
      const mark = this.#outcomes[at % this.#outcomes.length];
      if (mark === OPEN) continue;
      decided++;
      if (mark === FAILED) failed++;
      if (failed === decided && failed >= consecutive) return true;
    }
    return failed >= ratio * window;
  }

  #record(sequence: number, mark: number): void {
    if (sequence >= this.#next) this.#extendTo(sequence);
    if (sequence >= this.#next - this.#outcomes.length)
      this.#outcomes[sequence % this.#outcomes.length] = mark;
  }

  #extendTo(sequence: number): void {
    const needed = sequence + 1 - this.oldest() + this.limit.window;
    if (needed > this.#outcomes.length) this.#grow(needed);
    for (; this.#next <= sequence; this.#next++) this.#outcomes[this.#next % this.#outcomes.length] = OPEN;
  }

  #grow(needed: number): void {
    const marks = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
    for (let at = Math.max(0, this.#next - this.#outcomes.length); at < this.#next; at++) {
      marks[at % marks.length] = this.#outcomes[at % this.#outcomes.length] ?? OPEN;
    }
    this.#outcomes = marks;
  }
}
