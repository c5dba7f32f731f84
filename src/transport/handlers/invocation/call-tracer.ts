import type { FetchedRecord, InFlightRecord, RawHeaders } from '../../../pipeline/index.js';
import type { CallPlaces, HandlerCall } from './handler-call.js';

/** Injection token of the `CallTracer`; nothing is provided if calls are not traced. */
export const CALL_TRACER = Symbol('CALL_TRACER');

/** The span of a call. */
export interface CallSpan {
  /** Runs the call; returns its result, or throws its error. */
  run(call: () => unknown): unknown;
}

/** Records each call of a handler as a span. */
export interface CallTracer extends CallPlaces {
  /**
   * Starts the call's span; undefined if the call is not sampled.
   * @param batch the call's records, if it is a call with a batch
   */
  begin(call: HandlerCall, groupId: string, batch?: readonly InFlightRecord[]): CallSpan | undefined;
  /** Headers for a copy of the record, so that the trace of its last call continues where the copy is read. */
  headersOf(record: FetchedRecord): RawHeaders;
}
