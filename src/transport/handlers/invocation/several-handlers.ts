import {
  ANSWERED,
  DependencyUnavailableError,
  type InFlightRecord,
  mayRetry,
  type RetryPolicy,
} from '../../../pipeline/index.js';

/** Calls a controller's method for a record. */
export interface NamedCall {
  /** `Class.method`. */
  readonly name: string;
  /** Succeeds if it returns or resolves, once its result is complete. */
  readonly call: (record: InFlightRecord) => unknown;
}

interface FailedCall {
  readonly call: NamedCall;
  readonly error: unknown;
}

/** The progress of a record's handlers after the last attempt. */
interface Progress {
  /** Handlers that the next attempt calls. */
  readonly due: readonly NamedCall[];
  /** Handlers that failed with an error that is not retried. */
  readonly permanent: readonly FailedCall[];
}

const failedHandlers = new WeakMap<object, string>();

/** Which of several handlers failed with that error; undefined if there is only one. */
export function failedHandlerOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? failedHandlers.get(error) : undefined;
}

/**
 * Calls several handlers concurrently. A retry calls only those that failed and may still succeed. A permanent failure
 * of one fails the record only after the others are done.
 *
 * @param isTimed whether a call that resolves after its signal was aborted has failed
 * @returns a call that rejects with the first error that makes the record wait, else the first that is retried, else
 *   the first permanent one
 */
export function allOf(
  calls: readonly NamedCall[],
  retry: RetryPolicy,
  isTimed: boolean,
): (record: InFlightRecord) => Promise<unknown> {
  const progress = new WeakMap<InFlightRecord, Progress>();
  return async (record) => {
    const { due, permanent } = progress.get(record) ?? { due: calls, permanent: [] };
    const results = await Promise.allSettled(due.map((each) => run(each, record, isTimed)));
    const failed = due.flatMap((call, at) => {
      const result = results[at];
      return result?.status === 'rejected' ? [{ call, error: withHandlerName(call, result.reason) }] : [];
    });
    const retriable = failed.filter(({ error }) => mayRetry(error, retry));
    const allPermanent = [...permanent, ...failed.filter((each) => !retriable.includes(each))];
    // While one handler waits for a dependency, no attempt is used up.
    const waiting = retriable.filter(({ error }) => error instanceof DependencyUnavailableError);
    const [decisive] = [...waiting, ...retriable, ...allPermanent];
    if (decisive) {
      const next = retriable.length > 0 ? retriable : allPermanent;
      const kept = retriable.length > 0 ? allPermanent : [];
      progress.set(record, { due: next.map(({ call }) => call), permanent: kept });
      throw decisive.error;
    }
    return results.some((result) => result.status === 'fulfilled' && result.value === ANSWERED)
      ? ANSWERED
      : undefined;
  };
}

/** Each call has its own deadline: a retry must not repeat calls that were in time. */
async function run({ call }: NamedCall, record: InFlightRecord, isTimed: boolean): Promise<unknown> {
  const result = await call(record);
  if (isTimed && result !== ANSWERED) record.owner.signalOf(record).throwIfAborted();
  return result;
}

function withHandlerName({ name }: NamedCall, error: unknown): unknown {
  if (typeof error === 'object' && error !== null) failedHandlers.set(error, name);
  return error;
}
