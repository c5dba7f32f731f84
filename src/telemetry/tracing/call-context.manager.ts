import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { enteredCall } from '../../transport/index.js';
import { UnsampledCall } from './unsampled-call.js';

/** Like the root, and still told apart from having entered nothing. */
const ENTERED_ROOT = ROOT_CONTEXT.setValue(createContextKey('entered'), true);

/**
 * What OpenTelemetry takes for the running code's context: what that has entered; or else, within a call that is not
 * sampled, that of the call, which costs the call nothing unless it is asked for.
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
