import { describe, expect, it } from '@jest/globals';
import { keyOf } from './key.js';

const key = (text: string): string => keyOf(Buffer.from(text), 'id', 7);

describe('keyOf', () => {
  it.each([
    ['{"id":"o-1"}', 'o-1'],
    ['{"id":42}', '42'],
    ['{"id":9007199254740993}', '9007199254740993'],
    ['{"inner":{"id":1},"id":12345678901234567890}', '12345678901234567890'],
    ['{"id":""}', ''],
  ])('keyOf %s is "%s"', (line, expected) => {
    expect(key(line)).toBe(expected);
  });

  it.each(['no json', '', '[1]', 'null', '{}', '{"id":null}', '{"id":{}}', '{"id":true}'])(
    'keyOf rejects %s and names the line',
    (line) => {
      expect(() => key(line)).toThrow(/^Line 7 has no key: /);
    },
  );
});
