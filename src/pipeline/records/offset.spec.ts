import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareOffsets, offsetAfter, offsetsBetween, toOffset } from './offset.js';

/** All offsets of 64 bits, including the limits of exact integers in a double. */
const offset = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 63n - 2n }),
  fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 2n }),
  fc.bigInt({ min: 0n, max: 12n }),
);

const sign = (value: number | bigint): number => (value < 0 ? -1 : value > 0 ? 1 : 0);

describe('an offset', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [12, '12'],
    ['9007199254740993', '9007199254740993'],
    [9223372036854775807n, '9223372036854775807'],
  ])('an offset is created from %p', (value, text) => {
    expect(toOffset(value)).toBe(text);
  });

  test.each(['', ' 1', '1 ', '-1', '+1', '01', '1.5', '1e3', '0x1', 'latest', '１', '1\n'])(
    'an offset is not created from %p, and the error says what is valid',
    (text) => {
      expect(() => toOffset(text)).toThrow(
        new RangeError(`"${text}" is not an offset; it must be a whole number from 0 on`),
      );
    },
  );

  test.each([-1, 0.5, Number.NaN, Infinity, 1e21, -1n])(
    'an offset is not created from the number %p',
    (value) => {
      expect(() => toOffset(value)).toThrow(RangeError);
    },
  );

  test('an offset is compared as a number, however large', () => {
    fc.assert(
      fc.property(offset, offset, (a, b) => {
        expect(sign(compareOffsets(toOffset(a), toOffset(b)))).toBe(sign(a - b));
      }),
    );
  });

  test('an offset is followed by the next number, however large', () => {
    fc.assert(
      fc.property(offset, (a) => {
        const after = offsetAfter(toOffset(a));
        expect(after).toBe(String(a + 1n));
        expect(toOffset(after)).toBe(after);
        expect(compareOffsets(after, toOffset(a))).toBeGreaterThan(0);
      }),
    );
  });

  test('an offset has a distance to a later offset, which is 0 if the other is not later', () => {
    fc.assert(
      fc.property(offset, fc.bigInt({ min: -5000n, max: 5000n }), (from, distance) => {
        fc.pre(from + distance >= 0n);
        const expected = distance > 0n ? Number(distance) : 0;
        expect(offsetsBetween(toOffset(from), toOffset(from + distance))).toBe(expected);
      }),
    );
  });
});
