import { afterEach, expect, jest, test } from '@jest/globals';
import { systemClock } from './event-loop.js';

afterEach(() => {
  jest.useRealTimers();
});

const DAY_MS = 86_400_000;

test('a wait of more than 24 days, which timers of Node do not support, ends at its time', () => {
  jest.useFakeTimers();
  let runs = 0;
  systemClock.schedule(60 * DAY_MS, () => runs++);
  jest.advanceTimersByTime(60 * DAY_MS - 1);
  expect(runs).toBe(0);
  jest.advanceTimersByTime(1);
  expect(runs).toBe(1);
});

test('a wait of more than 24 days can be cancelled at any time', () => {
  jest.useFakeTimers();
  const cancel = systemClock.schedule(60 * DAY_MS, () => {
    throw new Error('was cancelled');
  });
  jest.advanceTimersByTime(40 * DAY_MS);
  cancel();
  jest.advanceTimersByTime(40 * DAY_MS);
  expect(jest.getTimerCount()).toBe(0);
});
