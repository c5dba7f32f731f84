import type { InFlightRecord } from '../../../pipeline/index.js';
import { CallContext, Framed } from './call-context.js';

/** Where a call is in its trace, as lines of the log tell it. */
export interface CallTrace {
  readonly traceId: string;
  readonly spanId: string;
}

/** Knows the place in its trace of a call that has no span. */
export interface CallPlaces {
  unsampled(call: HandlerCall): CallTrace;
}

/** A call of a handler, as whatever the handler does can find it. */
export class HandlerCall extends Framed {
  #trace: CallTrace | undefined = undefined;

  constructor(
    /** The controller's class and its method. */
    readonly handler: string,
    /** The first of its records. */
    readonly first: InFlightRecord,
    /** How many records it was given; undefined where the handler takes them one by one. */
    readonly batchSize?: number,
    private readonly places?: CallPlaces,
  ) {
    super();
  }

  /** The call's place in its trace, where calls are traced; if it has no span, made when somebody asks. */
  get trace(): CallTrace | undefined {
    return (this.#trace ??= this.places?.unsampled(this));
  }

  set trace(trace: CallTrace) {
    this.#trace = trace;
  }
}

const calls = new CallContext();

/** Runs something as part of a call. */
export function within<T>(call: HandlerCall, run: (record: InFlightRecord) => T): T {
  return calls.run(call, run, call.first);
}

/** The call that the running code was entered by, also where that has returned and left it running. */
export function enteredCall(): HandlerCall | undefined {
  const { current } = calls;
  return current instanceof HandlerCall ? current : undefined;
}

/**
 * The call that the running code is part of; undefined outside of any, and for what a handler has left running
 * when it returned: a connection that it opened serves other calls by now.
 */
export function currentCall(): HandlerCall | undefined {
  const call = enteredCall();
  return call && call.first.startedAt > 0 ? call : undefined;
}
