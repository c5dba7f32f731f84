import type { FailureHandler } from '../failures/failure-handler.js';
import type { FailureListener } from '../failures/failure-event.js';
import type { Handler } from '../handler/handler.js';
import type { HandlerCalls } from './handler-calls.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { Ownership } from '../records/ownership.js';
import type { LimitPause } from '../fetch/limit-pause.js';
import type { Settlement } from '../commit/settlement.js';
import type { TopicCounts } from './topic-counts.js';

/** The parts of a partition that the results of its calls change. */
export interface CallResultParts {
  readonly handler: Pick<Handler, 'commit'>;
  readonly ownership: Ownership;
  readonly settlement: Settlement;
  readonly failures: FailureHandler;
  readonly calls: HandlerCalls;
  readonly counts: TopicCounts;
  readonly report: FailureListener;
  readonly limitPause: LimitPause;
  /** Called when a call has ended and its lane has continued. */
  readonly returned: () => void;
}

/**
 * Applies the results of handler calls to a partition: settles records, counts, and notes how long calls took. `now` is
 * the time of the event, in ms since the epoch: reading the clock takes a considerable part of the time spent on a
 * record, so it is read once.
 */
export class CallResults {
  constructor(private readonly parts: CallResultParts) {}

  /** A handler is about to be called with a record, alone or among others. */
  started(record: InFlightRecord, now: number): void {
    record.startedAt = now;
  }

  /** A call is about to be made; `first` is the first of its records. */
  callStarted(first: InFlightRecord, now: number): void {
    this.parts.calls.started(first, now);
  }

  /** A call of the handler has succeeded or failed. */
  callEnded(first: InFlightRecord, now: number): void {
    this.parts.counts.calls.add(now - first.startedAt);
    this.parts.calls.ended(first);
  }

  /** The timeout error of a handler that returned too late; undefined if it was in time. Call before `callEnded`. */
  overdue(first: InFlightRecord): Error | undefined {
    return this.parts.calls.overdue(first);
  }

  /** The call with this record has succeeded or failed. */
  stopped(record: InFlightRecord): void {
    record.startedAt = 0;
  }

  /** Its handler returned without an error. */
  succeeded(record: InFlightRecord, now: number): void {
    const { counts, failures, handler, limitPause, ownership, settlement } = this.parts;
    this.stopped(record);
    record.handled = true;
    counts.handled++;
    if (ownership.endedBy) return;
    failures.passed(record);
    if (handler.commit === 'manual' && record.origin === 'log') return;
    settlement.settle(record, now);
    limitPause.resumeIfDrained();
  }

  /** The handler reported these records as done, also in manual commit mode. */
  confirmed(records: readonly InFlightRecord[]): void {
    const { limitPause, ownership, settlement } = this.parts;
    if (ownership.endedBy) return;
    settlement.settleEach(records);
    limitPause.resumeIfDrained();
  }

  /** The handler failed after it had settled the record: it is not retried. */
  failedAfterSettling(record: InFlightRecord, error: unknown): void {
    const { failures, ownership, report } = this.parts;
    this.stopped(record);
    failures.passed(record);
    // A handler that confirmed the record and then rethrows PartitionLostError has not failed.
    if (ownership.endedBy && error === ownership.endedBy) return;
    report({ kind: 'failed after settling', record, error });
  }

  /** A call has succeeded or failed, and its lane has continued. */
  returned(): void {
    this.parts.returned();
  }
}
