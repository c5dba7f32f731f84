import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { enteredCall } from '../../transport/index.js';
import { UnsampledCall } from './unsampled-call.js';

/** Equivalent to the root context, but distinguishable from having entered no context. */
const ENTERED_ROOT = ROOT_CONTEXT.setValue(createContextKey('entered'), true);

/**
 * OpenTelemetry's active context: the context that the running code has entered, or else, within an unsampled call,
 * the context of the call. The latter is created on first use: most calls never need it.
 */
export class CallContextManager extends AsyncLocalStorageContextManager {
  override active(): Context {
    const entered = super.active();
    if (entered !== ROOT_CONTEXT) return entered;
    const call = enteredCall()?.trace;
    return call instanceof UnsampledCall ? call.context : entered;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    run: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return super.with(context === ROOT_CONTEXT ? ENTERED_ROOT : context, run, thisArg, ...args);
  }
}
