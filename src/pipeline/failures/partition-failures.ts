import type { TopicPartition } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { FailureEvents } from './failure-handler.js';
import type { PauseReasons } from '../fetch/pause-reasons.js';
import type { FailureOutcome } from '../handler/handler.js';

/** Events of failed records, as log, counters and health receive them. */
export interface RecordFailureEvents extends Omit<FailureEvents, 'storeEnded' | 'breakerClosed'> {
  /** Its handler failed after it had settled the record: nothing is left to retry. */
  failedAfterSettling(record: InFlightRecord, error: unknown): void;
  /** The parking topic can't be read or written; the request is repeated after `delayMs`. */
  parkingUnavailable(partition: TopicPartition, error: unknown, delayMs: number): void;
  /** The circuit breaker of the partition has closed. */
  breakerClosed(partition: TopicPartition): void;
}

/** What failures mean for a partition. */
export interface FailingPartition extends TopicPartition {
  /** Whether its ownership has ended. */
  readonly isClosed: boolean;
  /** Nothing is left to do for these records. */
  confirmed(records: readonly InFlightRecord[]): void;
  /** Re-evaluates which records may start. */
  startReadyRecords(): void;
  /** Work has ended, possibly the last. */
  returned(): void;
}

/** Applies failures to the partition (pause reasons, settling) and forwards the events. */
export class PartitionFailures implements FailureEvents {
  constructor(
    private readonly partition: FailingPartition,
    private readonly pauseReasons: PauseReasons,
    private readonly events: RecordFailureEvents,
  ) {}

  retrying(record: InFlightRecord, error: unknown, delayMs: number): void {
    if (!this.partition.isClosed) this.events.retrying(record, error, delayMs);
  }

  awaitingDependency(record: InFlightRecord, error: unknown, delayMs: number): void {
    if (!this.partition.isClosed) this.events.awaitingDependency(record, error, delayMs);
  }

  gaveUp(record: InFlightRecord, error: unknown, how: FailureOutcome): void {
    this.events.gaveUp(record, error, how);
    this.partition.confirmed([record]);
  }

  notStored(record: InFlightRecord, error: unknown, how: FailureOutcome, delayMs: number): void {
    this.events.notStored(record, error, how, delayMs);
  }

  breakerOpened(record: InFlightRecord, error: unknown, reason: string, delayMs: number): void {
    if (this.partition.isClosed) return;
    this.pauseReasons.add('circuit breaker');
    this.events.breakerOpened(record, error, reason, delayMs);
  }

  breakerClosed(): void {
    this.events.breakerClosed(this.partition);
    this.pauseReasons.remove('circuit breaker');
  }

  partitionStopped(record: InFlightRecord, error: unknown): void {
    if (this.partition.isClosed) return;
    this.pauseReasons.add('stopped by its handler');
    this.partition.startReadyRecords();
    this.events.partitionStopped(record, error);
  }

  storeEnded(): void {
    this.partition.returned();
  }
}
