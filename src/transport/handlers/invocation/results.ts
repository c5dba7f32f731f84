import { concatMap, defer, from, isObservable, lastValueFrom, type Observable, tap } from 'rxjs';
import { BatchOutcomesError, hasRejection, isOutcome, isPromiseLike } from '../../../pipeline/index.js';

/**
 * Returns a promise that settles when the result of a call is complete; undefined if the result is complete already.
 */
export type Completion = (result: unknown) => Promise<unknown> | undefined;

/**
 * The result of a record handler is complete when its stream or generator completes, or all promises of its list have
 * settled.
 */
export const completionOfRecord: Completion = (result) => {
  const stream = streamOf(result);
  if (stream) return finished(lastValueFrom(stream, { defaultValue: undefined }), completionOfRecord);
  return hasPromises(result) ? allFulfilled(result) : undefined;
};

/** The same for a batch handler, where promises of a list and values of a stream may be the records' outcomes. */
export const completionOfBatch: Completion = (result) => {
  const stream = streamOf(result);
  if (stream) return finished(outcomesOf(stream), completionOfBatch);
  return hasPromises(result) ? outcomesOfPromises(result) : undefined;
};

/** Subscribes to a stream of results at once, so that it runs as part of the call. */
export function started(result: unknown, completion: Completion): unknown {
  return result instanceof Promise ? result : (completion(result) ?? result);
}

/** The same for a promise of a stream. */
export function completed(result: unknown, completion: Completion): unknown {
  return result instanceof Promise ? result.then((value: unknown) => completion(value) ?? value) : result;
}

/** A generator runs only while its values are requested. */
export function streamOf(result: unknown): Observable<unknown> | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  if (isObservable(result)) return result;
  return isGenerator(result) ? defer(() => from(result)).pipe(concatMap(async (value) => value)) : undefined;
}

/** The awaited value may itself be incomplete. */
async function finished(result: Promise<unknown>, completion: Completion): Promise<unknown> {
  const value = await result;
  return (await completion(value)) ?? value;
}

function hasPromises(result: unknown): result is readonly unknown[] {
  return Array.isArray(result) && result.some(isPromiseLike);
}

/** Waits for all promises, even if one has failed: a retry must not run concurrently with them. */
async function allFulfilled(promises: readonly unknown[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

/** A promise may fulfil with the outcome of its record. */
async function outcomesOfPromises(promises: readonly unknown[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => (each.status === 'fulfilled' && hasRejection(each.value) ? each.value : each));
}

/** The last value of a stream, or all values if each is an outcome. */
async function outcomesOf(stream: Observable<unknown>): Promise<unknown> {
  const outcomes: unknown[] = [];
  let count = 0;
  let last: unknown;
  let isRejected = false;
  const noted = tap((value) => {
    isRejected ||= hasRejection(last);
    last = value;
    count++;
    if (isOutcome(value)) outcomes.push(value);
  });
  await lastValueFrom(stream.pipe(noted), { defaultValue: undefined });
  if (count > 1 && outcomes.length === count) return outcomes;
  if (isRejected) throw new BatchOutcomesError();
  return last;
}

type AnyGenerator = Generator<unknown> | AsyncGenerator<unknown>;

function isGenerator(value: object): value is AnyGenerator {
  const tag: unknown = Reflect.get(value, Symbol.toStringTag);
  return tag === 'AsyncGenerator' || tag === 'Generator';
}
