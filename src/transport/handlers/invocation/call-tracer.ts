import type { FetchedRecord, InFlightRecord, RawHeaders } from '../../../pipeline/index.js';
import type { CallPlaces, HandlerCall } from './handler-call.js';

/** Where to find the tracer of calls, where there is one. */
export const CALL_TRACER = Symbol('CALL_TRACER');

/** A call's span, from its begin to the end of the call. */
export interface CallSpan {
  /** Runs the call, and gives back what it gives back, or throws what it throws. */
  run(call: () => unknown): unknown;
}

/** Sees each call of a handler as a span of a trace. */
export interface CallTracer extends CallPlaces {
  /**
   * Begins the call's span; undefined where that would not be sent, as for most calls where few are sampled.
   * @param batch the call's records, where it is of a batch
   */
  begin(call: HandlerCall, groupId: string, batch?: readonly InFlightRecord[]): CallSpan | undefined;
  /** The headers by which whoever reads a record elsewhere goes on with the trace of its last call here. */
  headersOf(record: FetchedRecord): RawHeaders;
}
