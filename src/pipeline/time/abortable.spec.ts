import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sleep, untilAborted } from './abortable.js';

describe('a sleep', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('a sleep ends after its time', async () => {
    let over = false;
    const slept = sleep(1000, new AbortController().signal).then(() => (over = true));
    await jest.advanceTimersByTimeAsync(999);
    expect(over).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await slept;
    expect(over).toBe(true);
  });

  test('a sleep ends when it is aborted, and leaves no timer behind', async () => {
    const abort = new AbortController();
    const slept = sleep(1000, abort.signal);
    abort.abort();
    await slept;
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a sleep ends at once if its signal is already aborted', async () => {
    await sleep(1000, AbortSignal.abort());
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a sleep leaves no listener on its signal, which may be used for thousands of sleeps', async () => {
    const { signal } = new AbortController();
    const [added, removed] = [
      jest.spyOn(signal, 'addEventListener'),
      jest.spyOn(signal, 'removeEventListener'),
    ];
    const slept = sleep(10, signal);
    await jest.advanceTimersByTimeAsync(10);
    await slept;
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});

describe('work that can be aborted', () => {
  test('work that can be aborted returns the result of the work', async () => {
    await expect(untilAborted(new AbortController().signal, Promise.resolve(7))).resolves.toBe(7);
  });

  test('work that can be aborted rejects with the error of the work', async () => {
    const failed = untilAborted(new AbortController().signal, Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
  });

  test('work that can be aborted returns undefined once it is aborted, however long the work takes', async () => {
    const abort = new AbortController();
    const outcome = untilAborted(abort.signal, new Promise(() => undefined));
    abort.abort();
    await expect(outcome).resolves.toBeUndefined();
  });

  test('work that can be aborted returns undefined if its signal is already aborted', async () => {
    await expect(untilAborted(AbortSignal.abort(), new Promise(() => undefined))).resolves.toBeUndefined();
  });

  test('work that can be aborted ignores a failure of the work after the abort', async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await untilAborted(AbortSignal.abort(), work);
    // Jest fails a test that leaves a rejection unhandled, as Node ends the process.
    fail(new Error('too late'));
    await expect(work).rejects.toThrow('too late');
  });
});
