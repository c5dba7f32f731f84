import type { LastResort } from '../handler/failure-policy.js';
import type { Cancel, Clock } from '../time/clock.js';
import { type Backoff, backoffMs } from '../time/backoff.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { OutcomesInOrder } from './outcomes-in-order.js';
import { decide, type Decision } from './decision.js';
import { DependencyUnavailableError } from '../errors/unavailable.error.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { FollowsParkedError, ParkingFullError } from '../errors/errors.js';
import type { FailureOutcome, Handler, FailureDestination } from '../handler/handler.js';
import type { Parking } from '../parking/parking.js';

/** Events of a partition's failed records. */
export interface FailureEvents {
  /** It will be handled again after `delayMs`. */
  retrying(record: InFlightRecord, error: unknown, delayMs: number): void;
  /** A dependency of its handler is unavailable: it will be handled again after `delayMs`. */
  awaitingDependency(record: InFlightRecord, error: unknown, delayMs: number): void;
  /** It was given up, and is stored elsewhere unless it was skipped. */
  gaveUp(record: InFlightRecord, error: unknown, how: FailureOutcome): void;
  /** It could not be stored elsewhere; the store is retried after `delayMs`. */
  notStored(record: InFlightRecord, error: unknown, how: FailureOutcome, delayMs: number): void;
  /** The circuit breaker is open: the record is handled again after `delayMs`, and fetching is paused. */
  breakerOpened(record: InFlightRecord, error: unknown, reason: string, delayMs: number): void;
  /** The circuit breaker has closed. */
  breakerClosed(): void;
  /** The policy `stop`: the partition stops at this record. */
  partitionStopped(record: InFlightRecord, error: unknown): void;
  /** An attempt to store a record has ended. */
  storeEnded(): void;
}

/** How the dispatcher continues after a failure. */
export interface Continuation {
  /** The record is to be handled again. */
  again(): void;
  /** The record is settled. */
  done(): void;
  /**
   * It may stay unsettled until something outside changes: what need not wait for it goes on. Followed by one of the
   * others if that happens, and perhaps called again before.
   */
  stuck?(): void;
}

/** Why a record is stuck although no handler is running. */
export interface FailureProblem {
  readonly kind: 'not stored' | 'circuit-breaker' | 'stop' | 'dependency';
  readonly record: InFlightRecord;
  /** The error of the store or of the handler, or the dependency that is unavailable. */
  readonly error: unknown;
  /** For the circuit breaker: which limit was reached. */
  readonly reason?: string;
}

/** Between two attempts to store a record. */
const STORE_BACKOFF: Backoff = { initialMs: 500, maxMs: 10_000 };
/** Between two attempts while a dependency is unavailable. */
const DEPENDENCY_BACKOFF: Backoff = { initialMs: 500, maxMs: 5_000 };

/** How long a record has waited for a dependency. Times are in ms. */
interface DependencyWait {
  /** Tries in a row that ended in the same way. */
  readonly tries: number;
  /** When the first of them ended, since the epoch. */
  readonly since: number;
  /** How long it had waited before those. */
  readonly earlierMs: number;
}

/** Carries out the failure policy for a partition's failed records: retries, stores, or stops. */
export class FailureHandler {
  readonly #waits = new Set<Cancel>();
  readonly #problems = new Map<InFlightRecord, FailureProblem>();
  readonly #breaker: CircuitBreaker | undefined;
  readonly #inOrder: OutcomesInOrder | undefined;
  /** Records that the open breaker keeps from being given up. Fetching is paused while there are any. */
  readonly #heldBack = new Set<InFlightRecord>();
  /** Failed records that are not settled, with the number of their outcome in the breaker. */
  readonly #failing = new Map<InFlightRecord, number>();
  /** Waits for dependencies, by unsettled record. */
  readonly #dependencyWaits = new Map<InFlightRecord, DependencyWait>();
  /** Attempts that became due while suspended. */
  readonly #dueWhileSuspended: (() => void)[] = [];
  #suspended = false;
  #storing = 0;
  #closed = false;
  #aborted = false;

  constructor(
    private readonly handler: Handler,
    private readonly events: FailureEvents,
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly parking: Parking | undefined,
    /** The sequence of the partition's first record that is not settled. */
    oldest: () => number,
  ) {
    this.#inOrder = handler.deadLetterLimit && new OutcomesInOrder(handler.deadLetterLimit, oldest);
    this.#breaker = handler.deadLetterLimit && new CircuitBreaker(handler.deadLetterLimit);
  }

  /** Whether a record is being stored elsewhere. */
  get busy(): boolean {
    return this.#storing > 0;
  }

  /** Records or batches that wait for another attempt to handle or store them. */
  get waiting(): number {
    return this.#waits.size + this.#dueWhileSuspended.length;
  }

  /** Records that are stuck until an operator or a dependency resolves the cause. */
  get problems(): IterableIterator<FailureProblem> {
    return this.#problems.values();
  }

  /** A record was handled with success. */
  passed(record: InFlightRecord): void {
    if (this.#dependencyWaits.size > 0) this.#endDependencyWait(record);
    const brake = this.#breaker;
    if (!brake) return;
    if (record.origin === 'log') this.#inOrder?.passed(record.sequence);
    const outcome = this.#failing.get(record);
    if (outcome === undefined) brake.passed();
    else {
      this.#failing.delete(record);
      brake.recovered(outcome);
    }
    if (this.#heldBack.size === 0) return;
    if (this.#heldBack.has(record)) brake.reset();
    this.#stopHoldingBack(record);
  }

  /** Whether failures are ignored: the partition is closed, or its handlers were aborted. */
  get isOver(): boolean {
    return this.#closed || this.#aborted;
  }

  /** Whether the record must be parked without a call, since an earlier one of its key is parked. */
  isBehindParked(record: InFlightRecord): boolean {
    return this.parking?.isParkedKey(record) === true;
  }

  /** Parks a record behind those of its key, or returns it to its lane if none is parked any more. */
  parkBehindKey(record: InFlightRecord, then: Continuation, tries = 1): void {
    if (this.#closed) return;
    const why = this.parking?.addFollower(record);
    if (why) {
      void this.#store(record, why, 'park', then, tries);
      return;
    }
    this.#problems.delete(record);
    then.again();
  }

  /** Decides what happens to a record whose handler failed, and does it. */
  failed(record: InFlightRecord, error: unknown, then: Continuation): void {
    if (this.isOver) return;
    if (isUnavailable(error)) {
      this.wait(record, error, then.again);
      return;
    }
    this.note(record, error);
    const decision = this.#decide(record, error);
    if (decision.action !== 'retry-topic' && record.origin === 'log') this.#count(record, decision.action);
    if (decision.action === 'retry') this.retry(record, error, decision.delayMs, then.again);
    else this.#giveUp(record, error, decision.action, then);
  }

  /** Counts a failed call of the record's handler. */
  note(record: InFlightRecord, error: unknown): void {
    record.failures++;
    record.lastError = error;
    const now = this.clock.now();
    if (record.firstFailedAt === 0) record.firstFailedAt = now;
    const wait = this.#dependencyWaits.get(record);
    if (!wait || wait.tries === 0) return;
    this.#problems.delete(record);
    this.#dependencyWaits.set(record, { tries: 0, since: 0, earlierMs: wait.earlierMs + now - wait.since });
  }

  /**
   * The record waits until the dependency is available, however long that takes. It has not failed, and does not
   * count for the circuit breaker.
   */
  wait(record: InFlightRecord, error: unknown, again: () => void): void {
    const known = this.#dependencyWaits.get(record);
    const since = known && known.tries > 0 ? known.since : this.clock.now();
    const tries = (known?.tries ?? 0) + 1;
    this.#dependencyWaits.set(record, { tries, since, earlierMs: known?.earlierMs ?? 0 });
    record.lastError = error;
    this.#problems.set(record, { kind: 'dependency', record, error });
    const delayMs = backoffMs(DEPENDENCY_BACKOFF, tries, this.random());
    this.events.awaitingDependency(record, error, delayMs);
    this.#wait(record, delayMs, again);
  }

  /** @returns after how many ms the record is retried; undefined if it is not */
  retryDelayMs(record: InFlightRecord, error: unknown): number | undefined {
    const decision = this.#decide(record, error);
    return decision.action === 'retry' ? decision.delayMs : undefined;
  }

  /** Reports the retry, and calls `again` when it is due. */
  retry(record: InFlightRecord, error: unknown, delayMs: number, again: () => void): void {
    this.events.retrying(record, error, delayMs);
    this.#wait(record, delayMs, again);
  }

  /**
   * Handlers are aborted. From now on their failures are ignored: their records stay uncommitted and are redelivered.
   */
  abort(): void {
    this.#aborted = true;
  }

  /** Holds all attempts until `resume`: if the partition is lost meanwhile, they could not be committed. */
  suspend(): void {
    this.#suspended = true;
  }

  /** Ends `suspend`, and runs the attempts that became due meanwhile. */
  resume(): void {
    this.#suspended = false;
    for (const again of this.#dueWhileSuspended.splice(0)) again();
  }

  /** Cancels all attempts. */
  close(): void {
    this.#closed = true;
    this.#dueWhileSuspended.length = 0;
    for (const cancel of this.#waits) cancel();
    this.#waits.clear();
    this.#problems.clear();
    this.#heldBack.clear();
    this.#failing.clear();
    this.#dependencyWaits.clear();
  }

  /** The record had failed or waited, and its handler has confirmed it since. */
  confirmedMeanwhile(record: InFlightRecord): void {
    this.#problems.delete(record);
    if (this.#failing.has(record) || this.#dependencyWaits.has(record)) this.passed(record);
  }

  #endDependencyWait(record: InFlightRecord): void {
    const wait = this.#dependencyWaits.get(record);
    if (!wait) return;
    this.#dependencyWaits.delete(record);
    if (wait.tries > 0) this.#problems.delete(record);
  }

  #decide(record: InFlightRecord, error: unknown): Decision {
    const { failures, firstFailedAt } = record;
    const waitedMs = this.#dependencyWaits.get(record)?.earlierMs ?? 0;
    const elapsedMs = this.clock.now() - firstFailedAt - waitedMs;
    return decide(error, { failures, elapsedMs }, this.handler.failures, this.random());
  }

  #giveUp(record: InFlightRecord, error: unknown, how: LastResort, then: Continuation): void {
    if (record.origin === 'parked') {
      void this.parking?.failedAgain(record);
      this.#settleFailed(record, error, 'park', then);
    } else if (how === 'stop') {
      this.#problems.set(record, { kind: 'stop', record, error });
      this.events.partitionStopped(record, error);
      then.stuck?.();
    } else if (how !== 'retry-topic' && this.#mustHoldBack(record)) this.#holdBack(record, error, then);
    else if (how === 'skip') this.#settleFailed(record, error, how, then);
    else void this.#store(record, error, how, then, 1);
  }

  /**
   * Counts a record in the breaker at its first failure, among the records that succeed at that time. Counted when they
   * are given up, retried records would come in a row, however few they are. Records for retry topics do not count:
   * they come back.
   */
  #count(record: InFlightRecord, action: 'retry' | LastResort): void {
    const isLeftOut = action === 'retry' && this.handler.failures.onFailure === 'retry-topic';
    if (this.#breaker && !isLeftOut && !this.#failing.has(record)) {
      this.#failing.set(record, this.#breaker.failed());
      this.#inOrder?.failed(record.sequence);
    }
  }

  /** Consecutive failures open the breaker only if the records are also adjacent in the log. */
  #mustHoldBack({ sequence }: InFlightRecord): boolean {
    return this.#breaker?.isOpen === true && this.#inOrder?.isAmongFailures(sequence) === true;
  }

  #holdBack(record: InFlightRecord, error: unknown, then: Continuation): void {
    const delayMs = backoffMs(this.handler.failures.retry.backoff, record.failures, this.random());
    const reason = this.#breaker?.reason ?? '';
    this.#heldBack.add(record);
    this.#problems.set(record, { kind: 'circuit-breaker', record, error, reason });
    this.events.breakerOpened(record, error, reason, delayMs);
    this.#wait(record, delayMs, then.again);
    then.stuck?.();
  }

  /** Releases the record. Closes the breaker when it holds no record, or is no longer tripped. */
  #stopHoldingBack(record: InFlightRecord): void {
    if (this.#heldBack.delete(record)) this.#problems.delete(record);
    const left = [...this.#heldBack].filter(({ settled }) => !settled);
    if (left.length > 0 && this.#breaker?.isOpen) return;
    for (const each of this.#heldBack) {
      this.#problems.delete(each);
      this.#failing.delete(each);
    }
    this.#heldBack.clear();
    this.events.breakerClosed();
  }

  async #store(
    record: InFlightRecord,
    error: unknown,
    how: FailureDestination,
    then: Continuation,
    tries: number,
  ): Promise<void> {
    const { owner, failures: attempts, firstFailedAt } = record;
    this.#storing++;
    try {
      if (how === 'park') this.parking?.requireRoom(record);
      const failed = { at: owner, record: record.record, error, attempts, firstFailedAt };
      const where = await this.handler.store(how, failed);
      this.#storing--;
      if (!this.#closed) {
        if (where === 'park') this.parking?.add(record);
        else this.parking?.removeFollower(record);
        this.#settleFailed(record, error, where, then);
      }
    } catch (storeError) {
      this.#storing--;
      if (!this.#closed) {
        const delayMs = backoffMs(STORE_BACKOFF, tries, this.random());
        this.#problems.set(record, { kind: 'not stored', record, error: storeError });
        this.events.notStored(record, storeError, how, delayMs);
        then.stuck?.();
        this.#wait(record, delayMs, () => {
          if (record.settled) {
            then.done();
            return;
          }
          // It was never written, so it need not be parked once the records before it are gone.
          if (storeError instanceof ParkingFullError && error instanceof FollowsParkedError) {
            this.parkBehindKey(record, then, tries + 1);
          } else void this.#store(record, error, how, then, tries + 1);
        });
      }
    }
    this.events.storeEnded();
  }

  #settleFailed(record: InFlightRecord, error: unknown, how: FailureOutcome, then: Continuation): void {
    this.#problems.delete(record);
    this.#dependencyWaits.delete(record);
    this.#failing.delete(record);
    if (this.#heldBack.has(record)) this.#stopHoldingBack(record);
    this.events.gaveUp(record, error, how);
    then.done();
  }

  #wait(record: InFlightRecord, delayMs: number, then: () => void): void {
    record.retryAt = this.clock.now() + delayMs;
    if (this.#closed) return;
    const cancel = this.clock.schedule(delayMs, () => {
      this.#waits.delete(cancel);
      record.retryAt = 0;
      if (record.settled) this.confirmedMeanwhile(record);
      if (this.#suspended) this.#dueWhileSuspended.push(then);
      else then();
    });
    this.#waits.add(cancel);
  }
}

/** Whether the error means that a dependency is unavailable, and not that the record failed. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DependencyUnavailableError;
}
