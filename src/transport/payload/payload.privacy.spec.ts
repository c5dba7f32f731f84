import { expect, test } from '@jest/globals';
import { decodeValue } from './payload.js';

test('an error names a position only if the parser gives one, and never quotes the value', () => {
  const quoting = Buffer.from('position 41111111');
  expect(() => decodeValue(quoting, 'json')).toThrow(/^expected JSON, got 17 bytes that are not$/);
});

test('the format auto never loses bytes: a value that is not UTF-8 stays bytes, also within JSON', () => {
  const broken = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
  expect(decodeValue(broken, 'auto')).toBe(broken);
});
