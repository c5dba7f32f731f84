import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PermanentError } from '../../pipeline/index.js';
import { decodeValue, PayloadError } from './payload.js';

const bytes = (...values: (number | string)[]): Buffer =>
  Buffer.concat(values.map((each) => (typeof each === 'string' ? Buffer.from(each) : Buffer.of(each))));
const NOT_UTF8 = bytes('caf', 0xe9);

test.each(['auto', 'json', 'text', 'bytes'] as const)('a tombstone is null in the format %s', (format) => {
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
    ['{"id":9007199254740993}', '{"id":9007199254740993}'],
    ['[9007199254740993]', '[9007199254740993]'],
  ])('the value %j is decoded as in Nest', (text, payload) => {
    expect(decodeValue(Buffer.from(text), 'auto')).toEqual(payload);
  });

  test.each([
    ['what begins with a zero byte, as schema registries write it', bytes(0, '{"a":1}')],
    ['what is not UTF-8', NOT_UTF8],
    ['what looks like JSON and is neither that nor UTF-8', bytes('{', 0xff)],
  ])('a value that is %s stays bytes', (_, value) => {
    expect(decodeValue(value, 'auto')).toBe(value);
  });

  test('a value without a format never fails to decode', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
        expect(() => decodeValue(Buffer.from(value), 'auto')).not.toThrow();
      }),
    );
  });
});

describe('a value with a format', () => {
  test('a value with the format bytes is passed on unchanged', () => {
    expect(decodeValue(NOT_UTF8, 'bytes')).toBe(NOT_UTF8);
  });

  test('a value with the format text may be any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeValue(Buffer.from(text), 'text')).toBe(text);
      }),
    );
  });

  test('a value with the format json may be any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(decodeValue(Buffer.from(json), 'json')).toEqual(JSON.parse(json));
      }),
    );
  });

  test.each(['text', 'json'] as const)('a value with the format %s fails if it is not UTF-8', (format) => {
    expect(() => decodeValue(NOT_UTF8, format)).toThrow(
      new PayloadError('expected UTF-8 text, got 4 bytes that are not'),
    );
  });

  test('an error about invalid JSON names the position if the parser knows it', () => {
    expect(() => decodeValue(Buffer.from('{"a": 1,\n b}'), 'json')).toThrow(
      'expected JSON, got 12 bytes that are not (at position 10 (line 2 column 2))',
    );
    expect(() => decodeValue(Buffer.of(), 'json')).toThrow('expected JSON, got 0 bytes that are not');
  });

  test('an error about a value has a code, and no cause that would quote the value', () => {
    const failed = (): unknown => decodeValue(Buffer.from('{"secret": oops}'), 'json');
    expect(failed).toThrow(expect.objectContaining({ code: 'PAYLOAD', name: 'PayloadError' }));
    expect(failed).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  });

  test.each([
    ['9007199254740993', 'position 0'],
    ['{"id": -9007199254740993}', 'position 7'],
  ])('JSON fails permanently if parsing would change a number, as in %s', (json, position) => {
    const failed = (): unknown => decodeValue(Buffer.from(json), 'json');
    expect(failed).toThrow(PermanentError);
    expect(failed).toThrow(`got ${json.length} bytes with a number at ${position} that parsing would change`);
    expect(failed).toThrow("Use value: 'text' and a parser that keeps such numbers");
  });

  test.each([
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, '{}'), 'they begin with a byte order mark'],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'the byte order mark of UTF-16'],
    ['NaN', Buffer.from('{"a":NaN}'), 'NaN at position 5 is not a JSON value'],
    ['-Infinity', Buffer.from('{"NaN": [-Infinity]}'), '-Infinity at position 9 is not a JSON value'],
    ["a registry's magic byte", bytes(0, 0, 0, 0, 42, '{"a":1}'), 'schema id 42'],
    [
      "a registry's Avro",
      bytes(0, 0, 1, 0, 0, 0xe9, 0xff),
      "use value: 'bytes' and the registry's deserializer",
    ],
    ['gzip', bytes(0x1f, 0x8b, 8, 0), 'the format of gzip'],
    ['nothing', Buffer.of(), 'a deletion is a record whose value is null'],
  ])('an error about JSON names the cause if the value is %s', (_, value, cause) => {
    expect(() => decodeValue(value, 'json')).toThrow(PayloadError);
    expect(() => decodeValue(value, 'json')).toThrow(cause);
  });

  test('NaN within a text or a longer word is not named as the cause', () => {
    expect(() => decodeValue(Buffer.from('{"a":"NaN", b}'), 'json')).not.toThrow('not a JSON value');
    expect(() => decodeValue(Buffer.from('{a: NaNa}'), 'json')).not.toThrow('not a JSON value');
  });
});
