import { describe, expect, test } from '@jest/globals';
import { describeError } from './describe-error.js';

describe('the description of an error', () => {
  test.each([
    ['its message', new Error('no'), 'no'],
    ['its class too, unless that is Error', new TypeError('no'), 'TypeError: no'],
    ['its message if its name is empty', Object.assign(new Error('no'), { name: '' }), 'no'],
    ['the text that was thrown', 'no', 'no'],
    ['only that an object was thrown', { card: '4111111111111111' }, 'an object was thrown'],
    ['the message of an object that has one', { message: 'no', card: '4111' }, 'no'],
    ['in one line', new Error('no\n  at all'), 'no at all'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7, '7'],
    ['a value that JSON does not support', 7n, '7'],
    ['a value that JSON omits', Symbol('s'), 'Symbol(s)'],
    [
      'a fixed text if the value cannot be converted to a string',
      Object.assign(new Error('no'), { message: Object.create(null) as unknown }),
      'an error without a text was thrown',
    ],
  ])('the description of an error is %s', (_, error, description) => {
    expect(describeError(error)).toBe(description);
  });

  test('the description of an error is bounded, however long the message is', () => {
    const description = describeError(new Error('n'.repeat(2_000_000)));
    expect(description).toBe(`${'n'.repeat(4096)}... (2000000 characters)`);
  });

  test('the description of an error does not fail for an object that contains itself', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(describeError(circular)).toBe('an object was thrown');
    const bare: object = Object.assign(Object.create(null), { self: circular });
    expect(describeError(bare)).toBe('an object was thrown');
  });
});
