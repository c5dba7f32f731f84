import { currentCall } from '../transport/index.js';

/** What a line written within a handler says of the record at hand; nothing of its key, value or headers. */
export interface CallFields {
  readonly topic?: string;
  readonly partition?: number;
  /** Of a batch: that of its first record. */
  readonly offset?: string;
  /** Records of a batch. */
  readonly records?: number;
  /** The controller's class and method. */
  readonly handler?: string;
  /** 1 for the first call for the record. */
  readonly attempt?: number;
  readonly traceId?: string;
  readonly spanId?: string;
}

/** The fields for a line that is written now; none outside of handlers. */
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
