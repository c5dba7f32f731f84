import type { DeadLetterLimit } from '../handler/failure-policy.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { OutcomesInOrder } from './outcomes-in-order.js';

/**
 * Applies the circuit breaker to a partition's records: counts their outcomes, and remembers which records the open
 * breaker holds back.
 */
export class DeadLetterBreaker {
  readonly #breaker: CircuitBreaker;
  readonly #inOrder: OutcomesInOrder;
  /** Failed records that are not settled, with the number of their outcome in the breaker. */
  readonly #failing = new Map<InFlightRecord, number>();
  readonly #heldBack = new Set<InFlightRecord>();

  /**
   * @param oldest the sequence of the partition's first record that is not settled
   * @param released called for each record that is no longer held back
   * @param closed called once no record is held back any more
   */
  constructor(
    limit: DeadLetterLimit,
    oldest: () => number,
    private readonly released: (record: InFlightRecord) => void,
    private readonly closed: () => void,
  ) {
    this.#breaker = new CircuitBreaker(limit);
    this.#inOrder = new OutcomesInOrder(limit, oldest);
  }

  /** Which limit was reached, for messages. */
  get reason(): string {
    return this.#breaker.reason;
  }

  /** Whether the record was counted as failed and is not settled. */
  isFailing(record: InFlightRecord): boolean {
    return this.#failing.has(record);
  }

  /** A record was handled with success. */
  passed(record: InFlightRecord): void {
    if (record.origin === 'log') this.#inOrder.passed(record.sequence);
    const outcome = this.#failing.get(record);
    if (outcome === undefined) this.#breaker.passed();
    else {
      this.#failing.delete(record);
      this.#breaker.recovered(outcome);
    }
    if (this.#heldBack.size === 0) return;
    if (this.#heldBack.has(record)) this.#breaker.reset();
    this.#release(record);
  }

  /**
   * Counts a record at its first failure, among the records that succeed at that time. If retried records were
   * counted at their last failure, a few of them would count as consecutive.
   */
  failed(record: InFlightRecord): void {
    if (this.#failing.has(record)) return;
    this.#failing.set(record, this.#breaker.failed());
    this.#inOrder.failed(record.sequence);
  }

  /** Whether the record must be held back now. Consecutive failures count only if they are also adjacent in the log. */
  mustHoldBack({ sequence }: InFlightRecord): boolean {
    return this.#breaker.isOpen && this.#inOrder.isAmongFailures(sequence);
  }

  /** Holds the record back until it is handled, or until the breaker has closed. */
  holdBack(record: InFlightRecord): void {
    this.#heldBack.add(record);
  }

  /** The record is stored elsewhere, or was skipped. */
  failedForGood(record: InFlightRecord): void {
    this.#failing.delete(record);
    if (this.#heldBack.has(record)) this.#release(record);
  }

  clear(): void {
    this.#heldBack.clear();
    this.#failing.clear();
  }

  /** Releases the record, and all others if none of them is left unsettled or the limits are no longer reached. */
  #release(record: InFlightRecord): void {
    if (this.#heldBack.delete(record)) this.released(record);
    const isAnyLeft = [...this.#heldBack].some(({ settled }) => !settled);
    if (isAnyLeft && this.#breaker.isOpen) return;
    for (const each of this.#heldBack) {
      this.released(each);
      this.#failing.delete(each);
    }
    this.#heldBack.clear();
    this.closed();
  }
}
