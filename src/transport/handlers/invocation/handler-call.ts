import type { InFlightRecord } from '../../../pipeline/index.js';
import { CallContext, Framed } from './call-context.js';

/** The ids of a call's trace and span, as in log lines. */
export interface CallTrace {
  readonly traceId: string;
  readonly spanId: string;
}

/** Gives trace ids to calls without a span. */
export interface CallPlaces {
  unsampled(call: HandlerCall): CallTrace;
}

/** A call of a handler; code that the handler runs can find it. */
export class HandlerCall extends Framed {
  #trace: CallTrace | undefined = undefined;

  constructor(
    /** `Class.method`. */
    readonly handler: string,
    /** The first of its records. */
    readonly first: InFlightRecord,
    /** Number of records in its batch; undefined for a record handler. */
    readonly batchSize?: number,
    private readonly places?: CallPlaces,
  ) {
    super();
  }

  /** The call's trace; without a span it is created on first use. Undefined if calls are not traced. */
  get trace(): CallTrace | undefined {
    return (this.#trace ??= this.places?.unsampled(this));
  }

  set trace(trace: CallTrace) {
    this.#trace = trace;
  }
}

/** The context that code finds its call in. */
export const callContext = new CallContext();

/** Runs a function as part of a call. */
export function within<T>(call: HandlerCall, run: (record: InFlightRecord) => T): T {
  return callContext.run(call, run, call.first);
}

/** The call that started the running code, even if its handler has returned since. */
export function enteredCall(): HandlerCall | undefined {
  const { current } = callContext;
  return current instanceof HandlerCall ? current : undefined;
}

/**
 * The call that the running code is part of; undefined outside of any call, and for code that still runs after its
 * handler has returned, such as a connection that other calls use by now.
 */
export function currentCall(): HandlerCall | undefined {
  const call = enteredCall();
  return call && call.first.startedAt > 0 ? call : undefined;
}
