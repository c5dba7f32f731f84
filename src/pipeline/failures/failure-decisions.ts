import type { DeadLetterLimit, FailurePolicy, LastResort } from '../handler/failure-policy.js';
import type { Clock } from '../time/clock.js';
import { type Backoff, backoffMs } from '../time/backoff.js';
import { DeadLetterBreaker } from './dead-letter-breaker.js';
import { decide, type Decision } from './decision.js';
import { DependencyUnavailableError } from '../errors/unavailable.error.js';
import { DependencyWaits } from './dependency-waits.js';
import type { InFlightRecord } from '../records/in-flight.js';

/** What happens to a failed record. Delays are in ms. */
export type RecordDecision =
  | { readonly action: 'retry'; readonly delayMs: number }
  /** A dependency is unavailable: the record waits for it, and has not failed. */
  | { readonly action: 'await dependency'; readonly delayMs: number }
  /** The circuit breaker is open: the record is retried instead of being stored elsewhere or skipped. */
  | { readonly action: 'hold back'; readonly reason: string; readonly delayMs: number }
  /** It is in the parking topic already. */
  | { readonly action: 'leave parked' }
  | { readonly action: LastResort };

/** What happens to a batch that failed as a whole; `singly`: each of its records is handled by itself. */
export type BatchDecision =
  { readonly action: 'retry' | 'await dependency'; readonly delayMs: number } | { readonly action: 'singly' };

/** What a partition's decisions depend on. */
export interface FailureDecisionParts {
  readonly policy: FailurePolicy;
  readonly deadLetterLimit: DeadLetterLimit | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** The sequence of the partition's first record that is not settled. */
  readonly oldest: () => number;
  /** The record is no longer stuck. */
  readonly unstuck: (record: InFlightRecord) => void;
  /** The circuit breaker holds no record back any more. */
  readonly breakerClosed: () => void;
}

/** The backoff between two attempts while a dependency is unavailable. */
const DEPENDENCY_BACKOFF: Backoff = { initialMs: 500, maxMs: 5_000 };

/**
 * Decides what happens to a partition's failed records: by the handler's policy, by how long they have waited for
 * dependencies, and by the circuit breaker.
 */
export class FailureDecisions {
  readonly #dependencies = new DependencyWaits();
  readonly #breaker: DeadLetterBreaker | undefined;

  constructor(private readonly parts: FailureDecisionParts) {
    const { deadLetterLimit, oldest, unstuck, breakerClosed } = parts;
    this.#breaker = deadLetterLimit && new DeadLetterBreaker(deadLetterLimit, oldest, unstuck, breakerClosed);
  }

  /** A record was handled with success. */
  passed(record: InFlightRecord): void {
    if (this.#dependencies.size > 0 && this.#dependencies.end(record)) this.parts.unstuck(record);
    this.#breaker?.passed(record);
  }

  /** The handler has confirmed a record that may have failed or waited before. */
  confirmed(record: InFlightRecord): void {
    if (this.#breaker?.isFailing(record) || this.#dependencies.has(record)) this.passed(record);
  }

  /** A record is stored elsewhere, or was skipped. */
  failedForGood(record: InFlightRecord): void {
    this.#dependencies.end(record);
    this.#breaker?.failedForGood(record);
  }

  /** Records a record's failure, and decides what happens to the record. */
  ofRecord(record: InFlightRecord, error: unknown): RecordDecision {
    if (isUnavailable(error)) return this.#awaitDependency(record, error);
    const decision = this.#decide(record, error);
    this.#count(record, decision.action);
    if (decision.action === 'retry') return decision;
    if (record.origin === 'parked') return { action: 'leave parked' };
    const mayHoldBack = decision.action !== 'stop' && decision.action !== 'retry-topic';
    return mayHoldBack && this.#breaker?.mustHoldBack(record)
      ? this.#holdBack(record, this.#breaker)
      : decision;
  }

  /**
   * Records the failure of a whole batch, and decides what happens to the batch.
   * @param first the first of its records that is not settled; the others share its failures
   */
  ofBatch(first: InFlightRecord, error: unknown): BatchDecision {
    if (isUnavailable(error)) return this.#awaitDependency(first, error);
    const decision = this.#decide(first, error);
    return decision.action === 'retry' ? decision : { action: 'singly' };
  }

  clear(): void {
    this.#dependencies.clear();
    this.#breaker?.clear();
  }

  #decide(record: InFlightRecord, error: unknown): Decision {
    const { clock, policy, random, unstuck } = this.parts;
    const now = clock.now();
    record.failures++;
    record.lastError = error;
    if (record.firstFailedAt === 0) record.firstFailedAt = now;
    if (this.#dependencies.available(record, now)) unstuck(record);
    const elapsedMs = now - record.firstFailedAt - this.#dependencies.waitedMs(record);
    return decide(error, { failures: record.failures, elapsedMs }, policy, random());
  }

  /** Counts the record in the breaker. Records for retry topics do not count: they are retried. */
  #count(record: InFlightRecord, action: Decision['action']): void {
    const resort = action === 'retry' ? this.parts.policy.onFailure : action;
    if (resort !== 'retry-topic' && record.origin === 'log') this.#breaker?.failed(record);
  }

  /** The record waits as long as the dependency is unavailable, and does not count for the circuit breaker. */
  #awaitDependency(
    record: InFlightRecord,
    error: unknown,
  ): { readonly action: 'await dependency'; readonly delayMs: number } {
    const { clock, random } = this.parts;
    record.lastError = error;
    const tries = this.#dependencies.unavailable(record, clock.now());
    return { action: 'await dependency', delayMs: backoffMs(DEPENDENCY_BACKOFF, tries, random()) };
  }

  #holdBack(record: InFlightRecord, breaker: DeadLetterBreaker): RecordDecision {
    const { policy, random } = this.parts;
    breaker.holdBack(record);
    const delayMs = backoffMs(policy.retry.backoff, record.failures, random());
    return { action: 'hold back', reason: breaker.reason, delayMs };
  }
}

/** Whether the error means that a dependency is unavailable, and not that the record failed. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DependencyUnavailableError;
}
