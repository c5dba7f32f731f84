import type { InFlightRecord } from '../records/in-flight.js';
import type { FailureEvent } from './failure-event.js';

/** Why a record is stuck although no handler is running. */
export interface FailureProblem {
  readonly kind: 'not stored' | 'circuit-breaker' | 'stop' | 'dependency';
  readonly record: InFlightRecord;
  /** The error of the store or of the handler, or the dependency that is unavailable. */
  readonly error: unknown;
  /** For the circuit breaker: which limit was reached. */
  readonly reason?: string;
}

/** A partition's records that are stuck until an operator or a dependency resolves the cause: what health reports. */
export class FailureProblems {
  readonly #problems = new Map<InFlightRecord, FailureProblem>();

  get all(): IterableIterator<FailureProblem> {
    return this.#problems.values();
  }

  /** Records an event. If it leaves its record stuck, it replaces the record's former problem. */
  note(event: FailureEvent): void {
    const problem = problemOf(event);
    if (problem) this.#problems.set(problem.record, problem);
  }

  /** The record is no longer stuck. */
  resolve(record: InFlightRecord): void {
    this.#problems.delete(record);
  }

  clear(): void {
    this.#problems.clear();
  }
}

function problemOf(event: FailureEvent): FailureProblem | undefined {
  switch (event.kind) {
    case 'not stored':
      return { kind: 'not stored', record: event.record, error: event.error };
    case 'breaker open':
      return { kind: 'circuit-breaker', record: event.record, error: event.error, reason: event.reason };
    case 'stopped':
      return { kind: 'stop', record: event.record, error: event.error };
    case 'awaiting dependency':
      return { kind: 'dependency', record: event.record, error: event.error };
    default:
      return undefined;
  }
}
