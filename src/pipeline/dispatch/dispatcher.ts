import type { InFlightRecord } from '../records/in-flight.js';

/** Calls the handler for a partition's records, in the order and concurrency it asks for. */
export interface Dispatcher {
  /** Takes in records in offset order; `pump` must follow. */
  enqueue(record: InFlightRecord): void;
  /** Starts what may start. */
  pump(): void;
  /** Starts no record whose sequence is above `limit`; `Infinity` lifts it. */
  limitTo(limit: number): void;
  /** Calls of the handler that have not ended. */
  readonly running: number;
  /** Whether more are about to be made. */
  readonly isDeferred: boolean;
  /** Lanes, or batches, that a handler is at work on, up to the handler's `concurrency`. */
  readonly activeCalls: number;
  /** The highest sequence that was started; -1 before the first. */
  readonly highestStarted: number;
  /** The first record of the call that is at work on a record; undefined where none is. */
  callOf(record: InFlightRecord): InFlightRecord | undefined;
  /** Gives the place of a call to another lane: its handler no longer works, it waits for a commit. */
  releaseSlot(first: InFlightRecord): void;
  /** Starts nothing more, ever. */
  close(): void;
}

/**
 * What a runner tells the partition. `now` is when it does so, in ms since the epoch: to look at the clock takes
 * as long as a good part of all else that is done for a record.
 */
export interface DispatchEvents {
  /** A handler is about to be called with a record, alone or among others. */
  started(record: InFlightRecord, now: number): void;
  /** A call is about to be made; `first` is the first of its records. */
  callStarted(first: InFlightRecord, now: number): void;
  /** A call of the handler has ended, in whatever way. */
  callEnded(first: InFlightRecord, now: number): void;
  /** Why a handler that has returned failed all the same: it ran for longer than it may. Ask before `callEnded`. */
  overdue(first: InFlightRecord): Error | undefined;
  /** Its handler returned without an error. */
  succeeded(record: InFlightRecord, now: number): void;
  /** Its handler no longer works on it, however the call ended. */
  stopped(record: InFlightRecord): void;
  /** The handler has said of these records that they are done, whoever commits. */
  confirmed(records: readonly InFlightRecord[]): void;
  /** Its handler failed after it had settled the record: nothing is left to retry. */
  failedAfterSettling(record: InFlightRecord, error: unknown): void;
  /** A handler has returned, in whatever way, and its lane has gone on. */
  returned(): void;
}
