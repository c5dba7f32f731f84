import { describe, expect, it } from '@jest/globals';
import { duration, offset, rate, wholeNumber } from './arguments.js';

describe('an argument', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('the argument %s is a duration', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  it.each(['', '1', 'h', '-1h', '0s', '1 hour', 'yesterday', '1h30m'])(
    'the argument "%s" is not a duration',
    (text) => {
      expect(() => duration(text)).toThrow('It must be a duration');
    },
  );

  it.each([
    ['50/s', 50],
    ['50', 50],
  ])('the argument %s is a rate', (text, perSecond) => {
    expect(rate(text)).toBe(perSecond);
  });

  it.each(['', '0', '0/s', '-5', '5/m', 'fast', '1.5/s'])('the argument "%s" is not a rate', (text) => {
    expect(() => rate(text)).toThrow('It must be a number of records per second');
  });

  it.each(['', '-1', '1.5', '1e3', '0', '11', '0x1'])(
    'the argument "%s" is not a whole number from 1 to 10',
    (text) => {
      expect(() => wholeNumber(1, 10)(text)).toThrow('It must be a whole number from 1 to 10.');
    },
  );

  it('an argument of digits is an offset, however large', () => {
    expect(offset('9007199254740993')).toBe('9007199254740993');
    expect(() => offset('01')).toThrow('It must be an offset');
  });
});
