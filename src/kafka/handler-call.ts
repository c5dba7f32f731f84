import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { InFlightRecord } from '../core/records/in-flight.js';

/** A call of a handler, as whatever the handler does can find it. */
export class HandlerCall {
  /** The call's span, where calls are traced. */
  trace: { readonly traceId: string; readonly spanId: string } | undefined = undefined;

  constructor(
    /** The controller's class and its method. */
    readonly handler: string,
    /** The first of its records. */
    readonly first: InFlightRecord,
    /** How many records it was given; undefined where the handler takes them one by one. */
    readonly batchSize?: number,
  ) {}
}

const calls = new AsyncLocalStorage<HandlerCall>();
/** Of no call: made before the first of them. */
const outside = new AsyncResource('KafkaHandlerCall');

/**
 * Runs something as part of a call. Afterwards the caller is where it was before.
 *
 * `AsyncLocalStorage.run` would make two maps for it, one on the way in and one on the way out; a resource gives
 * back what was there before for nothing.
 */
export function within<T>(call: HandlerCall, run: (record: InFlightRecord) => T): T {
  return outside.runInAsyncScope(enter<T>, undefined, call, run);
}

function enter<T>(call: HandlerCall, run: (record: InFlightRecord) => T): T {
  calls.enterWith(call);
  return run(call.first);
}

/**
 * The call that the running code is part of; undefined outside of any, and for what a handler has left running
 * when it returned: a connection that it opened serves other calls by now.
 */
export function currentCall(): HandlerCall | undefined {
  const call = calls.getStore();
  return call && call.first.startedAt > 0 ? call : undefined;
}
