import {
  ANSWERED,
  DependencyUnavailableError,
  type InFlightRecord,
  mayRetry,
  type RetryPolicy,
} from '../../../pipeline/index.js';

/** Calls a controller's method for a record. */
export interface NamedCall {
  /** The controller's class and method. */
  readonly name: string;
  /** Returning, or resolving, is success, once nothing of the result is left running. */
  readonly call: (record: InFlightRecord) => unknown;
}

interface FailedCall {
  readonly call: NamedCall;
  readonly error: unknown;
}

/** How far the handlers of a record are that was handled before. */
interface Progress {
  /** What the next try calls. */
  readonly due: readonly NamedCall[];
  /** What has failed with an error that no retry cures. */
  readonly permanent: readonly FailedCall[];
}

const failedHandlers = new WeakMap<object, string>();

/** Which of several handlers failed with that error; undefined where there was but one. */
export function failedHandlerOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? failedHandlers.get(error) : undefined;
}

/**
 * Calls several handlers side by side. A retry calls only those that failed and may yet succeed: a permanent failure
 * of one is the record's failure only once the others are done.
 *
 * @param isTimed whether a call that resolves after its signal was aborted has failed
 * @returns a call that rejects with the first error that says to wait, else the first that a retry may cure, else the
 *   first permanent one
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
      return result?.status === 'rejected' ? [{ call, error: noted(call, result.reason) }] : [];
    });
    const passing = failed.filter(({ error }) => mayRetry(error, retry));
    const lasting = [...permanent, ...failed.filter((each) => !passing.includes(each))];
    // While one of them waits for a dependency, no attempt is used up: the record would be given up for it otherwise.
    const waiting = passing.filter(({ error }) => error instanceof DependencyUnavailableError);
    const [culprit] = [...waiting, ...passing, ...lasting];
    if (culprit) {
      const next = passing.length > 0 ? passing : lasting;
      const kept = passing.length > 0 ? lasting : [];
      progress.set(record, { due: next.map(({ call }) => call), permanent: kept });
      throw culprit.error;
    }
    return results.some((result) => result.status === 'fulfilled' && result.value === ANSWERED)
      ? ANSWERED
      : undefined;
  };
}

/** Each call is late by itself: a retry must not repeat those that were in time. */
async function run({ call }: NamedCall, record: InFlightRecord, isTimed: boolean): Promise<unknown> {
  const result = await call(record);
  if (isTimed && result !== ANSWERED) record.owner.signalOf(record).throwIfAborted();
  return result;
}

function noted({ name }: NamedCall, error: unknown): unknown {
  if (typeof error === 'object' && error !== null) failedHandlers.set(error, name);
  return error;
}
