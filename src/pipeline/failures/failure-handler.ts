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
import { isUnparked, type Parking } from '../parking/parking.js';

/** What a partition hears of its failures. */
export interface FailureEvents {
  /** It will be handled again after `delayMs`. */
  retrying(record: InFlightRecord, error: unknown, delayMs: number): void;
  /** What its handler depends on can't be used for now: it will be handled again after `delayMs`. */
  awaitingDependency(record: InFlightRecord, error: unknown, delayMs: number): void;
  /** It was given up, and is kept elsewhere unless it was skipped: nothing is left to do here. */
  gaveUp(record: InFlightRecord, error: unknown, how: FailureOutcome): void;
  /** It is to be given up, and could not be stored; that is tried again after `delayMs`. */
  notStored(record: InFlightRecord, error: unknown, how: FailureOutcome, delayMs: number): void;
  /** Too many were given up: this one is handled again after `delayMs` instead, and nothing more is fetched. */
  breakerOpened(record: InFlightRecord, error: unknown, reason: string, delayMs: number): void;
  /** Records pass again. */
  breakerClosed(): void;
  /** Its handler asks for the partition to stop here. */
  partitionStopped(record: InFlightRecord, error: unknown): void;
  /** What was being stored no longer is. */
  storeEnded(): void;
}

/** Where a record goes on after a failure. */
export interface Continuation {
  /** To be handled again. */
  again(): void;
  /** Settled, one way or another. */
  done(): void;
  /**
   * It may stay unsettled until something outside changes: what need not wait for it goes on. Followed by one of the
   * others if that happens, and perhaps called again before.
   */
  stuck?(): void;
}

/** Why a record is stuck although no handler is at work on it. */
export interface FailureProblem {
  readonly kind: 'not stored' | 'circuit-breaker' | 'stop' | 'dependency';
  readonly record: InFlightRecord;
  /** What keeps it from being stored, or how its handler failed, or what it waits for. */
  readonly error: unknown;
  /** Of the brake: what was reached. */
  readonly reason?: string;
}

/** Between two tries to store a record. */
const STORE_BACKOFF: Backoff = { initialMs: 500, maxMs: 10_000 };
/** Between two tries of a record whose handler depends on something that can't be used for now. */
const DEPENDENCY_BACKOFF: Backoff = { initialMs: 500, maxMs: 5_000 };

/** How a record has waited for what its handler depends on. Times are in ms. */
interface DependencyWait {
  /** Tries in a row that ended in the same way. */
  readonly tries: number;
  /** When the first of them ended, since the epoch. */
  readonly since: number;
  /** How long it had waited before those. */
  readonly earlierMs: number;
}

/** Sees a partition's failed records through: waits, stores, or stops, as the handler's policy has it. */
export class FailureHandler {
  readonly #waits = new Set<Cancel>();
  readonly #problems = new Map<InFlightRecord, FailureProblem>();
  readonly #breaker: CircuitBreaker | undefined;
  readonly #inOrder: OutcomesInOrder | undefined;
  /** Records that the brake has kept from being given up. Not empty for as long as nothing is fetched for it. */
  readonly #heldBack = new Set<InFlightRecord>();
  /** Records that have failed and are not settled, by what the brake has them under. */
  readonly #failing = new Map<InFlightRecord, number>();
  /** How records that are not settled have waited for what their handlers depend on. */
  readonly #dependencyWaits = new Map<InFlightRecord, DependencyWait>();
  /** What was to be tried again while nothing may be. */
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

  /** Whether a record is on its way to where it is kept: it is settled soon, or not at all. */
  get busy(): boolean {
    return this.#storing > 0;
  }

  /** Records, or batches, that wait to be handled or stored again. */
  get waiting(): number {
    return this.#waits.size + this.#dueWhileSuspended.length;
  }

  /** What keeps records stuck for as long as nobody does something about it. */
  get problems(): IterableIterator<FailureProblem> {
    return this.#problems.values();
  }

  /** A record was handled with success. */
  passed(record: InFlightRecord): void {
    if (this.#dependencyWaits.size > 0) this.#endDependencyWait(record);
    const brake = this.#breaker;
    if (!brake) return;
    if (!isUnparked(record)) this.#inOrder?.passed(record.sequence);
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

  /** Whether what handlers fail with no longer leads to anything. */
  get isOver(): boolean {
    return this.#closed || this.#aborted;
  }

  /** Whether a record has to go aside without a call, as an earlier one of its key is there. */
  isBehindParked(record: InFlightRecord): boolean {
    return this.parking?.isParkedKey(record) === true;
  }

  /** Sends a record after those of its key that are aside, or back to its lane once none is there any more. */
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

  /** Decides what becomes of a record whose handler failed, and sees to it. */
  failed(record: InFlightRecord, error: unknown, then: Continuation): void {
    if (this.isOver) return;
    if (isUnavailable(error)) {
      this.wait(record, error, then.again);
      return;
    }
    this.note(record, error);
    const decision = this.#decide(record, error);
    if (decision.action !== 'retry-topic' && !isUnparked(record)) this.#count(record, decision.action);
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
   * The record waits for what its handler depends on, for as long as it takes: it has not failed, and says nothing
   * of a bad release either.
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

  /** Whether a failure noted of the record is followed by a retry, and after how many ms. */
  retryDelayMs(record: InFlightRecord, error: unknown): number | undefined {
    const decision = this.#decide(record, error);
    return decision.action === 'retry' ? decision.delayMs : undefined;
  }

  /** Says that the record is tried again, and calls `again` when it is time. */
  retry(record: InFlightRecord, error: unknown, delayMs: number, again: () => void): void {
    this.events.retrying(record, error, delayMs);
    this.#wait(record, delayMs, again);
  }

  /**
   * Handlers are told to stop: what they fail with from now on says nothing of their records, which stay where
   * they are and are delivered again.
   */
  abort(): void {
    this.#aborted = true;
  }

  /** Tries nothing again until `goOn`: of a partition that is lost meanwhile, nothing could be committed any more. */
  suspend(): void {
    this.#suspended = true;
  }

  /** Goes on after `rest`, with what has become due meanwhile. */
  resume(): void {
    this.#suspended = false;
    for (const again of this.#dueWhileSuspended.splice(0)) again();
  }

  /** Nothing is tried again any more. */
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

  /** The record had failed, or waited, and its handler, or what that had left running, has confirmed it since. */
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
    if (isUnparked(record)) {
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
   * Has the brake hear of a record when it fails first, beside those that pass by then. Records that are tried
   * again are given up later, all in a row, however few they are. Retry topics are left out: what they take
   * comes back by itself.
   */
  #count(record: InFlightRecord, action: 'retry' | LastResort): void {
    const isLeftOut = action === 'retry' && this.handler.failures.onFailure === 'retry-topic';
    if (this.#breaker && !isLeftOut && !this.#failing.has(record)) {
      this.#failing.set(record, this.#breaker.failed());
      this.#inOrder?.failed(record.sequence);
    }
  }

  /** Failures that come one after the other are held only where they also lie one after the other in the log. */
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

  /** The record is no longer held back. The brake lets go once it has nothing to hold, or no reason to. */
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
          // What was never written needs not go there once what it was to follow is gone.
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

/** Whether an error says that a record is to wait, rather than that it has failed. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DependencyUnavailableError;
}
