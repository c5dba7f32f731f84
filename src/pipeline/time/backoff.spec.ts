import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, DEFAULT_BACKOFF } from './backoff.js';

const backoff = fc
  .record({ initialMs: fc.integer({ min: 1, max: 10_000 }), times: fc.integer({ min: 1, max: 10_000 }) })
  .map(({ initialMs, times }) => ({ initialMs, maxMs: initialMs * times }));
const failures = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 2 ** 53 - 1 }));
const ALMOST_1 = 1 - Number.EPSILON / 2;
const random = fc.oneof(fc.double({ min: 0, max: ALMOST_1, noNaN: true }), fc.constantFrom(0, ALMOST_1));

describe('a backoff', () => {
  test('a backoff waits whole milliseconds, at least one and at most the maximum, after any number of failures', () => {
    fc.assert(
      fc.property(backoff, failures, random, (how, count, luck) => {
        const waitMs = backoffMs(how, count, luck);
        expect(Number.isInteger(waitMs)).toBe(true);
        expect(waitMs).toBeGreaterThanOrEqual(1);
        expect(waitMs).toBeLessThanOrEqual(how.maxMs);
      }),
    );
  });

  test('a backoff doubles its bound with each failure, up to the maximum', () => {
    const half = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((count) => backoffMs(DEFAULT_BACKOFF, count, 0.5));
    expect(half).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000, 15_000]);
  });

  test('a backoff never gets shorter with more failures for the same random number', () => {
    fc.assert(
      fc.property(backoff, failures, random, (how, count, luck) => {
        expect(backoffMs(how, count + 1, luck)).toBeGreaterThanOrEqual(backoffMs(how, count, luck));
      }),
    );
  });

  test('a backoff waits from one millisecond up to just below its bound, depending on the random number', () => {
    expect(backoffMs({ initialMs: 1000, maxMs: 60_000 }, 3, 0)).toBe(1);
    expect(backoffMs({ initialMs: 1000, maxMs: 60_000 }, 3, 0.25)).toBe(1000);
    expect(backoffMs({ initialMs: 1000, maxMs: 60_000 }, 3, ALMOST_1)).toBe(3999);
  });

  test('a backoff still spreads over the whole bound when the number of failures exceeds any exponent', () => {
    expect(backoffMs(DEFAULT_BACKOFF, 100_000, 0.1)).toBe(3000);
    expect(backoffMs(DEFAULT_BACKOFF, 100_000, 0.9)).toBe(27_000);
  });
});
