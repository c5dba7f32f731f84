import { currentCall } from '../transport/index.js';

/** Log fields that identify the record being handled; never its key, value or headers. */
export interface CallFields {
  readonly topic?: string;
  readonly partition?: number;
  /** For a batch, the offset of its first record. */
  readonly offset?: string;
  /** Number of records in the batch. */
  readonly records?: number;
  /** The controller's class and method. */
  readonly handler?: string;
  /** Number of the attempt, starting at 1. */
  readonly attempt?: number;
  readonly traceId?: string;
  readonly spanId?: string;
}

/** The fields for a log line written now; empty outside of handlers. */
export function callFields(): CallFields {
  const call = currentCall();
  if (!call) return {};
  const { first, handler, batchSize, trace } = call;
  return {
    topic: first.owner.topic,
    partition: first.owner.partition,
    offset: first.offset,
    ...(batchSize !== undefined && { records: batchSize }),
    handler,
    attempt: first.failures + 1,
    ...(trace && { traceId: trace.traceId, spanId: trace.spanId }),
  };
}
