import type { InFlightRecord } from '../records/in-flight.js';

/** Calls the handler for a partition's records, in the order and concurrency it asks for. */
export interface Dispatcher {
  /** Takes in records in offset order; `pump` must follow. */
  enqueue(record: InFlightRecord): void;
  /** Starts all records that may start. */
  pump(): void;
  /** Starts no record whose sequence is above `limit`; `Infinity` lifts it. */
  limitTo(limit: number): void;
  /** Calls of the handler that have not ended. */
  readonly running: number;
  /** Whether more are about to be made. */
  readonly isDeferred: boolean;
  /** Lanes or batches whose handler is running, up to the handler's `concurrency`. */
  readonly activeCalls: number;
  /** The highest sequence that was started; -1 before the first. */
  readonly highestStarted: number;
  /** The first record of the running call that handles a record; undefined if there is none. */
  callOf(record: InFlightRecord): InFlightRecord | undefined;
  /** Frees the slot of a call for another lane: its handler only awaits a commit. */
  releaseSlot(first: InFlightRecord): void;
  /** Starts nothing any more. */
  close(): void;
}

/**
 * Events of a dispatcher for its partition. `now` is the time of the event, in ms since the epoch: reading the clock
 * takes a considerable part of the time spent on a record, so it is read once.
 */
export interface DispatchEvents {
  /** A handler is about to be called with a record, alone or among others. */
  started(record: InFlightRecord, now: number): void;
  /** A call is about to be made; `first` is the first of its records. */
  callStarted(first: InFlightRecord, now: number): void;
  /** A call of the handler has ended, in whatever way. */
  callEnded(first: InFlightRecord, now: number): void;
  /** The timeout error of a handler that returned too late; undefined if it was in time. Call before `callEnded`. */
  overdue(first: InFlightRecord): Error | undefined;
  /** Its handler returned without an error. */
  succeeded(record: InFlightRecord, now: number): void;
  /** The call with this record has ended, in whatever way. */
  stopped(record: InFlightRecord): void;
  /** The handler reported these records as done, also in manual commit mode. */
  confirmed(records: readonly InFlightRecord[]): void;
  /** Its handler failed after it had settled the record: nothing is left to retry. */
  failedAfterSettling(record: InFlightRecord, error: unknown): void;
  /** A call has ended in whatever way, and its lane has continued. */
  returned(): void;
}
