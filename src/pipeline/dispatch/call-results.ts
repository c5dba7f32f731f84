import type { DispatchEvents } from './dispatcher.js';
import type { FailureHandler } from '../failures/failure-handler.js';
import type { FailureListener } from '../failures/failure-event.js';
import type { Handler } from '../handler/handler.js';
import type { HandlerCalls } from './handler-calls.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { Ownership } from '../records/ownership.js';
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
  /** Called after records were settled. */
  readonly settled: () => void;
  /** Called when a call has ended and its lane has continued. */
  readonly returned: () => void;
}

/** Applies the results of handler calls to a partition: settles records, counts, and notes how long calls took. */
export class CallResults implements DispatchEvents {
  constructor(private readonly parts: CallResultParts) {}

  started(record: InFlightRecord, now: number): void {
    record.startedAt = now;
  }

  callStarted(first: InFlightRecord, now: number): void {
    this.parts.calls.started(first, now);
  }

  callEnded(first: InFlightRecord, now: number): void {
    this.parts.counts.calls.add(now - first.startedAt);
    this.parts.calls.ended(first);
  }

  overdue(first: InFlightRecord): Error | undefined {
    return this.parts.calls.overdue(first);
  }

  stopped(record: InFlightRecord): void {
    record.startedAt = 0;
  }

  succeeded(record: InFlightRecord, now: number): void {
    const { counts, failures, handler, ownership, settlement } = this.parts;
    this.stopped(record);
    record.handled = true;
    counts.handled++;
    if (ownership.endedBy) return;
    failures.passed(record);
    if (handler.commit === 'manual' && record.origin === 'log') return;
    settlement.settle(record, now);
    this.parts.settled();
  }

  confirmed(records: readonly InFlightRecord[]): void {
    const { ownership, settlement } = this.parts;
    if (ownership.endedBy) return;
    settlement.settleEach(records);
    this.parts.settled();
  }

  failedAfterSettling(record: InFlightRecord, error: unknown): void {
    const { failures, ownership, report } = this.parts;
    this.stopped(record);
    failures.passed(record);
    // A handler that confirmed the record and then rethrows PartitionLostError has not failed.
    if (ownership.endedBy && error === ownership.endedBy) return;
    report({ kind: 'failed after settling', record, error });
  }

  returned(): void {
    this.parts.returned();
  }
}
