import type { TopicPartition } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { FailureEvents } from './failure-handler.js';
import type { PauseReasons } from '../fetch/pause-reasons.js';
import type { Aside } from '../handler/handler.js';

/** What becomes of records whose handlers failed, as the outside hears it. */
export interface RecordFailureEvents extends Omit<FailureEvents, 'stored' | 'breakerClosed'> {
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
    private readonly gate: PauseReasons,
    private readonly outside: RecordFailureEvents,
  ) {}

  retrying(record: InFlightRecord, error: unknown, delayMs: number): void {
    if (!this.partition.isClosed) this.outside.retrying(record, error, delayMs);
  }

  awaitingDependency(record: InFlightRecord, error: unknown, delayMs: number): void {
    if (!this.partition.isClosed) this.outside.awaitingDependency(record, error, delayMs);
  }

  gaveUp(record: InFlightRecord, error: unknown, how: Aside): void {
    this.outside.gaveUp(record, error, how);
    this.partition.confirmed([record]);
  }

  notStored(record: InFlightRecord, error: unknown, how: Aside, delayMs: number): void {
    this.outside.notStored(record, error, how, delayMs);
  }

  breakerOpened(record: InFlightRecord, error: unknown, reason: string, delayMs: number): void {
    if (this.partition.isClosed) return;
    this.gate.add('dead-letter limit');
    this.outside.breakerOpened(record, error, reason, delayMs);
  }

  breakerClosed(): void {
    this.outside.breakerClosed(this.partition);
    this.gate.remove('dead-letter limit');
  }

  partitionStopped(record: InFlightRecord, error: unknown): void {
    if (this.partition.isClosed) return;
    this.gate.add('stopped by its handler');
    this.partition.startReadyRecords();
    this.outside.partitionStopped(record, error);
  }

  stored(): void {
    this.partition.returned();
  }
}
