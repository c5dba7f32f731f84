import type { FetchedRecord, TopicPartition } from './fetched.js';
import type { Offset } from './offset.js';

/** What a running handler waits for; the wait does not count towards its timeout. */
export interface CallWait {
  /** A commit may have to wait for records that are retried much later. */
  readonly kind: 'commit' | 'resource';
  /** For messages, such as `a connection to the database`. */
  readonly what: string;
}

/** Lets a running handler confirm, commit and wait for its records. */
export interface RecordOwner extends TopicPartition {
  /** Aborted once the record's running handler should stop. */
  signalOf(record: InFlightRecord): AbortSignal;
  /**
   * The record's running handler waits for a resource, such as a database connection. The time does not count towards
   * the handler's timeout.
   * @returns must be called when the wait ends
   */
  waitStarted(record: InFlightRecord, wait: CallWait): () => void;
  /** Settles records that their handler confirmed. */
  acknowledge(records: readonly InFlightRecord[]): void;
  /** Settles records, and resolves once the broker has acknowledged a commit that covers them. */
  commit(records: readonly InFlightRecord[]): Promise<void>;
}

/** Where a record was read: in its partition's log, or, after its key was released, in the parking topic. */
export type RecordOrigin = 'log' | 'parked';

/**
 * A record from its fetch until it is settled. It is the only object that is created for a record: the tracker's list,
 * the lane's queue and the queue of records that may start are linked through its own fields.
 */
export class InFlightRecord {
  /** Handled, or its failure stored: its offset may be committed. */
  settled = false;
  /** Its handler has returned without an error. In manual mode that alone does not settle it. */
  handled = false;
  /** When its handler was last called, in ms since the epoch; 0 while no handler is running for it. */
  startedAt = 0;
  /** Calls of its handler that have failed. */
  failures = 0;
  /** When the first of them failed, in ms since the epoch; 0 before. */
  firstFailedAt = 0;
  lastError: unknown = undefined;
  /** When it is retried, in ms since the epoch; 0 while it does not wait for a retry. */
  retryAt = 0;
  /** Whether it holds one of the partition's concurrency slots. */
  holdsSlot = false;

  /** The next record of the partition, in offset order. */
  following: InFlightRecord | undefined = undefined;
  /** The next record of its lane. */
  laneNext: InFlightRecord | undefined = undefined;
  /** The next record in the queue of those that may start. */
  readyNext: InFlightRecord | undefined = undefined;

  /**
   * @param sequence counts the partition's records in the order they were received, without gaps; meaningless for a
   *   parked record, which has no place in the log's order
   * @param receivedAt ms since the epoch
   * @param lane the name of its lane in the partition; undefined if it has a lane to itself
   * @param bytes size of its key, value and headers
   * @param owner lets its handler confirm and commit it
   * @param origin where the record was read
   */
  constructor(
    readonly owner: RecordOwner,
    public record: FetchedRecord,
    readonly sequence: number,
    readonly receivedAt: number,
    readonly lane: string | undefined,
    readonly bytes: number,
    readonly origin: RecordOrigin = 'log',
  ) {}

  get offset(): Offset {
    return this.record.offset;
  }

  /**
   * Drops key, value and headers, and with them the fetch answer whose memory they share. It may take long until the
   * committable offset passes a settled record.
   */
  dropPayload(): void {
    const { offset, timestamp } = this.record;
    this.record = { offset, timestamp, key: null, value: null };
  }
}
