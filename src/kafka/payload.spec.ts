import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeValue, PayloadError } from './payload.js';

const bytes = (...values: (number | string)[]): Buffer =>
  Buffer.concat(values.map((each) => (typeof each === 'string' ? Buffer.from(each) : Buffer.of(each))));
const NOT_UTF8 = bytes('caf', 0xe9);

test.each(['auto', 'json', 'text', 'bytes'] as const)('a tombstone is null as %s', (format) => {
  expect(decodeValue(null, format)).toBeNull();
});

describe('a value without a format', () => {
  test.each([
    ['{"a":[1,null]}', { a: [1, null] }],
    ['[1,"2"]', [1, '2']],
    ['{}', {}],
    ['{not json', '{not json'],
    ['[1,', '[1,'],
    ['42', '42'],
    ['true', 'true'],
    ['null', 'null'],
    ['"quoted"', '"quoted"'],
    [' {"a":1}', ' {"a":1}'],
    ['', ''],
    ['grüße 👋', 'grüße 👋'],
    ['a \uFFFD of its own', 'a \uFFFD of its own'],
    ['\uFEFFwith a mark', '\uFEFFwith a mark'],
  ])('%j becomes what Nest makes of it', (text, payload) => {
    expect(decodeValue(Buffer.from(text), 'auto')).toEqual(payload);
  });

  test.each([
    ['what begins with a zero byte, as schema registries write it', bytes(0, '{"a":1}')],
    ['what is not UTF-8', NOT_UTF8],
    ['what looks like JSON and is neither that nor UTF-8', bytes('{', 0xff)],
  ])('%s stays bytes', (_, value) => {
    expect(decodeValue(value, 'auto')).toBe(value);
  });

  test('never fails, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
        expect(() => decodeValue(Buffer.from(value), 'auto')).not.toThrow();
      }),
    );
  });
});

describe('a value with a format', () => {
  test('of bytes is handed over as it is', () => {
    expect(decodeValue(NOT_UTF8, 'bytes')).toBe(NOT_UTF8);
  });

  test('of text is any text that there is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeValue(Buffer.from(text), 'text')).toBe(text);
      }),
    );
  });

  test('of JSON is any JSON that there is', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(decodeValue(Buffer.from(json), 'json')).toEqual(JSON.parse(json));
      }),
    );
  });

  test.each(['text', 'json'] as const)('of %s fails where it is not UTF-8', (format) => {
    expect(() => decodeValue(NOT_UTF8, format)).toThrow(
      new PayloadError('expected UTF-8 text, got 4 bytes that are not'),
    );
  });

  test('of JSON says where it stops being that, if the parser knows', () => {
    expect(() => decodeValue(Buffer.from('{"a": 1,\n b}'), 'json')).toThrow(
      'expected JSON, got 12 bytes that are not (at position 10 (line 2 column 2))',
    );
    expect(() => decodeValue(Buffer.of(), 'json')).toThrow('expected JSON, got 0 bytes that are not');
  });

  test('has an error with a code of its own, and no cause that would quote it', () => {
    const failed = (): unknown => decodeValue(Buffer.from('{"secret": oops}'), 'json');
    expect(failed).toThrow(expect.objectContaining({ code: 'PAYLOAD', name: 'PayloadError' }));
    expect(failed).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  });
});
