import type { FetchedRecord, RawHeaders } from '../core/records/fetched.js';
import type { InFlightRecord } from '../core/records/in-flight.js';
import type { HandlerCall } from './handler-call.js';

/** Where to find the tracer of calls, where there is one. */
export const CALL_TRACER = Symbol('CALL_TRACER');

/** Sees each call of a handler as a span of a trace. */
export interface CallTracer {
  /** Runs the call, and gives back what it gives back, or throws what it throws. */
  traced(call: HandlerCall, groupId: string, records: readonly InFlightRecord[], run: () => unknown): unknown;
  /** The headers by which whoever reads a record elsewhere goes on with the trace of its last call here. */
  headersOf(record: FetchedRecord): RawHeaders;
}
