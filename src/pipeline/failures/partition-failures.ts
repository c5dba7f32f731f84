import type { TopicPartition } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { FailureEvents } from './failure-handler.js';
import type { PauseReasons } from '../fetch/pause-reasons.js';
import type { FailureOutcome } from '../handler/handler.js';

/** What becomes of records whose handlers failed, as the outside hears it. */
export interface RecordFailureEvents extends Omit<FailureEvents, 'storeEnded' | 'breakerClosed'> {
  /** Its handler failed after it had settled the record: nothing is left to retry. */
  failedAfterSettling(record: InFlightRecord, error: unknown): void;
  /** Where records are parked does not answer; it is asked again after `delayMs`. */
  parkingUnavailable(partition: TopicPartition, error: unknown, delayMs: number): void;
  /** Records of the partition pass again, which had failed too often to be given up. */
  breakerClosed(partition: TopicPartition): void;
}

/** What failures mean for a partition. */
export interface FailingPartition extends TopicPartition {
  /** Whether its ownership has ended. */
  readonly isClosed: boolean;
  /** Nothing is left to do for these records. */
  confirmed(records: readonly InFlightRecord[]): void;
  /** Whatever keeps records from being started has come, or is gone. */
  startReadyRecords(): void;
  /** Work has ended, perhaps the last that there was. */
  returned(): void;
}

/** Draws the consequences of failures for a partition, and tells the outside of them. */
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
