import type {
  FetchedRecord,
  InFlightRecord,
  Offset,
  RawHeaders,
  TopicPartition,
} from '../../../pipeline/index.js';
import type { CallPlaces, HandlerCall } from './handler-call.js';

/** Injection token of the `CallTracer`; nothing is provided if calls are not traced. */
export const CALL_TRACER = Symbol('CALL_TRACER');

/** The span of a call. */
export interface CallSpan {
  /** Runs the call; returns its result, or throws its error. */
  run(call: () => unknown): unknown;
}

/** The span of a record that is sent. */
export interface SendSpan {
  /** Headers for the record, so that the trace continues where it is read. */
  readonly headers: RawHeaders;
  /** The record was written. */
  end(at: TopicPartition & { readonly offset: Offset | undefined }): void;
  fail(error: unknown): void;
}

/** Records each call of a handler as a span. */
export interface CallTracer extends CallPlaces {
  /**
   * Starts the call's span; undefined if the call is not sampled.
   * @param batch the call's records, if it is a call with a batch
   */
  begin(call: HandlerCall, groupId: string, batch?: readonly InFlightRecord[]): CallSpan | undefined;
  /** Starts the span of a record that the running code sends. */
  sending(topic: string): SendSpan;
  /** Headers for a copy of the record, so that the trace of its last call continues where the copy is read. */
  headersOf(record: FetchedRecord): RawHeaders;
}
