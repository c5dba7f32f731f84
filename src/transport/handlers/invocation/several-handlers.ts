import {
  ANSWERED,
  DependencyUnavailableError,
  type InFlightRecord,
  mayRetry,
  type RetryPolicy,
} from '../../../pipeline/index.js';
import type { ResolvedHandlerOptions } from '../options/handler-options.js';
import type { RecordInvocation } from './record-invocation.js';
import { completionOfRecord } from './results.js';

interface FailedCall {
  readonly call: RecordInvocation;
  readonly error: unknown;
}

/** The progress of a record's handlers after the last attempt. */
interface Progress {
  /** Handlers that the next attempt calls. */
  readonly due: readonly RecordInvocation[];
  /** Handlers that failed with an error that is not retried. */
  readonly permanent: readonly FailedCall[];
}

const failedHandlers = new WeakMap<object, string>();

/** Which of several handlers failed with that error; undefined if there is only one. */
export function failedHandlerOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? failedHandlers.get(error) : undefined;
}

/** Calls several controllers' methods concurrently for single records. */
export class SeveralHandlers {
  readonly read = 'one';
  readonly completion = completionOfRecord;
  readonly #invocations: readonly RecordInvocation[];
  readonly #progress = new WeakMap<InFlightRecord, Progress>();
  readonly #retry: RetryPolicy;
  /** Whether a call that resolves after its signal was aborted has failed. */
  readonly #isTimed: boolean;

  constructor(invocations: readonly RecordInvocation[], { failures, timeoutMs }: ResolvedHandlerOptions) {
    this.#invocations = invocations;
    this.#retry = failures.policy.retry;
    this.#isTimed = timeoutMs !== undefined;
  }

  /**
   * Calls the methods. A retry calls only those that failed and may still succeed. A permanent failure of one fails the
   * record only after the others are done.
   * @returns a promise that rejects with the first error that makes the record wait, else the first that is retried,
   *   else the first permanent one
   */
  async invoke(record: InFlightRecord): Promise<unknown> {
    const { due, permanent } = this.#progress.get(record) ?? { due: this.#invocations, permanent: [] };
    const results = await Promise.allSettled(due.map((each) => this.#call(each, record)));
    const failed = due.flatMap((call, at) => {
      const result = results[at];
      return result?.status === 'rejected' ? [{ call, error: withHandlerName(call, result.reason) }] : [];
    });
    const retriable = failed.filter(({ error }) => mayRetry(error, this.#retry));
    const allPermanent = [...permanent, ...failed.filter((each) => !retriable.includes(each))];
    // While one handler waits for a dependency, no attempt is used up.
    const waiting = retriable.filter(({ error }) => error instanceof DependencyUnavailableError);
    const [decisive] = [...waiting, ...retriable, ...allPermanent];
    if (decisive) {
      const next = retriable.length > 0 ? retriable : allPermanent;
      const kept = retriable.length > 0 ? allPermanent : [];
      this.#progress.set(record, { due: next.map(({ call }) => call), permanent: kept });
      throw decisive.error;
    }
    return results.some((result) => result.status === 'fulfilled' && result.value === ANSWERED)
      ? ANSWERED
      : undefined;
  }

  /** Each call has its own deadline: a retry must not repeat calls that were in time. */
  async #call(invocation: RecordInvocation, record: InFlightRecord): Promise<unknown> {
    const result = await invocation.invoke(record);
    await completionOfRecord(result);
    if (this.#isTimed && result !== ANSWERED) record.owner.signalOf(record).throwIfAborted();
    return result;
  }
}

function withHandlerName({ name }: RecordInvocation, error: unknown): unknown {
  if (typeof error === 'object' && error !== null) failedHandlers.set(error, name);
  return error;
}
