import type { Clock } from '../time/clock.js';
import { FailedRecordStore } from './failed-record-store.js';
import { FailureDecisions } from './failure-decisions.js';
import type { FailureDestination, FailureOutcome } from '../handler/failure-policy.js';
import type { Handler } from '../handler/handler.js';
import type { FailureEvent, FailureListener } from './failure-event.js';
import { type FailureProblem, FailureProblems } from './failure-problems.js';
import type { FailureResolution } from './failure-resolution.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { Parking } from '../parking/parking.js';
import { RetryWaits } from './retry-waits.js';
import type { TopicPartition } from '../records/fetched.js';

/** The dependencies of a partition's failure handler. */
export interface FailureHandlerParts {
  readonly at: TopicPartition;
  readonly handler: Handler;
  readonly parking: Parking | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** The sequence of the partition's first record that is not settled. */
  readonly oldest: () => number;
  /** Settles a record that has failed for good. */
  readonly settle: (record: InFlightRecord) => void;
  /** Receives every failure. */
  readonly report: FailureListener;
  /** Called when `busy` may have become false. */
  readonly returned: () => void;
}

const noop = (): void => undefined;

/**
 * Carries out what is decided about a partition's failed records. After acting on a resolution, or on `singly`, the
 * dispatcher must call `resolved`.
 */
export class FailureHandler {
  readonly #decisions: FailureDecisions;
  readonly #store: FailedRecordStore;
  readonly #waits: RetryWaits;
  readonly #problems = new FailureProblems();
  /** Failures that the dispatcher has not acted on yet. */
  #unresolved = 0;
  #state: 'open' | 'aborted' | 'closed' = 'open';

  constructor(private readonly parts: FailureHandlerParts) {
    const { at, handler, clock } = parts;
    this.#waits = new RetryWaits(clock, (record) => {
      if (record.settled) this.confirmedMeanwhile(record);
    });
    this.#decisions = new FailureDecisions({
      ...parts,
      policy: handler.failures,
      deadLetterLimit: handler.deadLetterLimit,
      unstuck: (record) => this.#problems.resolve(record),
      breakerClosed: () => this.#report({ kind: 'breaker closed', at }),
    });
    this.#store = new FailedRecordStore({
      ...parts,
      report: (event) => this.#report(event),
      wait: (record, delayMs) => this.#waiting(this.#waits.beforeStore(record, delayMs)),
    });
  }

  /** Whether a record is being stored, or a dispatcher is about to act on a resolution. Records that wait do not count. */
  get busy(): boolean {
    return this.#unresolved > this.#waits.count;
  }

  /** Records or batches that wait for another attempt to handle or store them. */
  get waiting(): number {
    return this.#waits.count;
  }

  /** Records that are stuck until an operator or a dependency resolves the cause. */
  get problems(): IterableIterator<FailureProblem> {
    return this.#problems.all;
  }

  /** Whether failures are ignored: the partition is closed, or its handlers were aborted. */
  get isOver(): boolean {
    return this.#state !== 'open';
  }

  /** Whether the record must be parked without being handled: an earlier one of its key is parked. */
  isBehindParked(record: InFlightRecord): boolean {
    return this.parts.parking?.isParkedKey(record) === true;
  }

  /** A record was handled with success. */
  passed(record: InFlightRecord): void {
    this.#decisions.passed(record);
  }

  /** The handler has confirmed a record that had failed or waited. */
  confirmedMeanwhile(record: InFlightRecord): void {
    this.#problems.resolve(record);
    this.#decisions.confirmed(record);
  }

  /**
   * Decides what happens to a record whose handler failed, and carries it out.
   * @param stuck called, perhaps repeatedly, when the record may stay unsettled until an operator or a dependency
   *   resolves the cause
   */
  async handle(record: InFlightRecord, error: unknown, stuck = noop): Promise<FailureResolution> {
    this.#unresolved++;
    if (this.isOver) return 'abandoned';
    const decision = this.#decisions.ofRecord(record, error);
    switch (decision.action) {
      case 'retry':
        return this.#retry(record, error, decision.delayMs);
      case 'await dependency':
        return this.#awaitDependency(record, error, decision.delayMs);
      case 'hold back': {
        const { reason, delayMs } = decision;
        this.#report({ kind: 'breaker open', record, error, reason, delayMs });
        stuck();
        return this.#againAfter(record, delayMs);
      }
      case 'stop':
        this.#report({ kind: 'stopped', record, error });
        stuck();
        return 'abandoned';
      case 'skip':
        return this.#settle(record, error, 'skip');
      case 'leave parked':
        void this.parts.parking?.failedAgain(record);
        return this.#settle(record, error, 'park');
      default:
        return this.#storeElsewhere(record, error, decision.action, stuck);
    }
  }

  /**
   * Decides what happens to a batch that failed as a whole, and carries it out.
   * @param first the first of its records that is not settled
   * @returns `singly` if each of its records is to be handled by itself
   */
  async handleBatch(first: InFlightRecord, error: unknown): Promise<FailureResolution | 'singly'> {
    this.#unresolved++;
    const decision = this.#decisions.ofBatch(first, error);
    switch (decision.action) {
      case 'retry':
        return this.#retry(first, error, decision.delayMs);
      case 'await dependency':
        return this.#awaitDependency(first, error, decision.delayMs);
      case 'singly':
        return 'singly';
    }
  }

  /** Parks a record behind those of its key; `again` if none of them is parked any more. */
  async parkBehindKey(record: InFlightRecord): Promise<FailureResolution> {
    this.#unresolved++;
    const error = this.parts.parking?.addFollower(record);
    return error ? this.#storeElsewhere(record, error, 'park', noop) : 'again';
  }

  /**
   * The dispatcher has acted on a resolution. Until then the partition counts as busy, so that a drain does not miss
   * the records that are started.
   */
  resolved(): void {
    this.#unresolved--;
    this.parts.returned();
  }

  /** The handlers are aborted. Their failures are ignored: the records stay uncommitted and are redelivered. */
  abort(): void {
    if (this.#state === 'open') this.#state = 'aborted';
  }

  /** Stores no record again until `resume`: if the partition is lost meanwhile, its offset could not be committed. */
  suspend(): void {
    this.#waits.suspend();
  }

  /** Ends `suspend`. */
  resume(): void {
    this.#waits.resume();
  }

  /** Cancels all pending attempts. */
  close(): void {
    this.#state = 'closed';
    this.#store.close();
    this.#waits.close();
    this.#problems.clear();
    this.#decisions.clear();
  }

  #retry(record: InFlightRecord, error: unknown, delayMs: number): Promise<FailureResolution> {
    this.#report({ kind: 'retrying', record, error, delayMs });
    return this.#againAfter(record, delayMs);
  }

  #awaitDependency(record: InFlightRecord, error: unknown, delayMs: number): Promise<FailureResolution> {
    this.#report({ kind: 'awaiting dependency', record, error, delayMs });
    return this.#againAfter(record, delayMs);
  }

  async #storeElsewhere(
    record: InFlightRecord,
    error: unknown,
    destination: FailureDestination,
    stuck: () => void,
  ): Promise<FailureResolution> {
    const result = await this.#store.store(record, error, destination, stuck);
    if (this.#state === 'closed') return 'abandoned';
    switch (result) {
      case 'again':
        this.#problems.resolve(record);
        return result;
      case 'settled':
      case 'abandoned':
        return result;
      default:
        return this.#settle(record, error, result);
    }
  }

  #settle(record: InFlightRecord, error: unknown, outcome: FailureOutcome): FailureResolution {
    this.#problems.resolve(record);
    this.#decisions.failedForGood(record);
    this.#report({ kind: 'failed for good', record, error, outcome });
    this.parts.settle(record);
    return 'settled';
  }

  async #againAfter(record: InFlightRecord, delayMs: number): Promise<FailureResolution> {
    return (await this.#waiting(this.#waits.beforeCall(record, delayMs))) ? 'again' : 'abandoned';
  }

  /** A wait has begun, which does not keep the partition busy. */
  #waiting(wait: Promise<boolean>): Promise<boolean> {
    this.parts.returned();
    return wait;
  }

  #report(event: FailureEvent): void {
    this.#problems.note(event);
    this.parts.report(event);
  }
}
