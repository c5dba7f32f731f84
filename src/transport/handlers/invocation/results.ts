import { concatMap, defer, from, isObservable, lastValueFrom, type Observable, tap } from 'rxjs';
import { BatchOutcomesError, hasRejection, isOutcome, isPromiseLike } from '../../../pipeline/index.js';

/** What is to be waited for before a call counts as done; undefined where its result leaves nothing running. */
export type Completion = (result: unknown) => Promise<unknown> | undefined;

/**
 * What a record handler has returned is done when its stream, or generator, completes, or every promise of a list has
 * settled.
 */
export const completionOfRecord: Completion = (result) => {
  const stream = streamOf(result);
  if (stream) return finished(lastValueFrom(stream, { defaultValue: undefined }), completionOfRecord);
  return hasPromises(result) ? allFulfilled(result) : undefined;
};

/** The same of a batch handler: promises in a list, and values of a stream, may be the outcomes of its records. */
export const completionOfBatch: Completion = (result) => {
  const stream = streamOf(result);
  if (stream) return finished(outcomesOf(stream), completionOfBatch);
  return hasPromises(result) ? outcomesOfPromises(result) : undefined;
};

/** A generator has done nothing until somebody asks it for its values. */
export function streamOf(result: unknown): Observable<unknown> | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  if (isObservable(result)) return result;
  return isGenerator(result) ? defer(() => from(result)).pipe(concatMap(async (value) => value)) : undefined;
}

/** What was waited for may itself leave something running. */
async function finished(result: Promise<unknown>, completion: Completion): Promise<unknown> {
  const value = await result;
  return (await completion(value)) ?? value;
}

function hasPromises(result: unknown): result is readonly unknown[] {
  return Array.isArray(result) && result.some(isPromiseLike);
}

/** Waits for all of them, also where one has failed: the next try must not run beside them. */
async function allFulfilled(promises: readonly unknown[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

/** A promise may have been fulfilled with the outcome of its record. */
async function outcomesOfPromises(promises: readonly unknown[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => (each.status === 'fulfilled' && hasRejection(each.value) ? each.value : each));
}

/** The last value of a stream, or all where each is an outcome. */
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
