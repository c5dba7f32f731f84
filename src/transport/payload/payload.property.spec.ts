import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ValueFormat } from './payload.js';
import { decodeValue, PayloadError, valueOf } from './payload.js';

/**
 * No word of the messages consists of these characters: a message contains a slice of the value only if it quotes it.
 */
const secret = fc.string({
  unit: fc.constantFrom(...'0123456789ABCDEFGHIKMQRSVWXYZ#$%&*ßÄ€'),
  minLength: 8,
  maxLength: 40,
});
const notJson = fc.oneof(
  secret,
  secret.map((text) => `{"${text}`),
  secret.map((text) => `{"${text}": ${text}}`),
  fc.tuple(secret, secret).map(([a, b]) => `{"a": "${a}", "b": [${b}]}`),
  fc.tuple(secret, fc.nat(30)).map(([text, cut]) => JSON.stringify({ a: [text, text] }).slice(0, 8 + cut)),
);
const SLICE = 8;

function messageOf(value: Buffer): string | undefined {
  try {
    decodeValue(value, 'json');
    return undefined;
  } catch (error) {
    const { message, stack, cause } = error as PayloadError;
    return [message, stack, cause].join('\n');
  }
}

function quoted(text: string, message: string): string[] {
  const slices = Array.from({ length: Math.max(0, text.length - SLICE + 1) }, (_, at) =>
    text.slice(at, at + SLICE),
  );
  return slices.filter((slice) => message.includes(slice));
}

const name = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'then', 'a', '');
const leaf = fc.constantFrom(
  '1',
  '1e999',
  '-0',
  '9'.repeat(400),
  '"\\ud800"',
  '"\\u0000"',
  'null',
  'NaN',
  "'",
);
/** Hostile values: valid JSON, and text that is almost JSON. */
const hostile = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join(',')}]`),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 3 })
      .map((fields) => `{${fields.map(([key, value]) => `"${key}":${value}`).join(',')}}`),
    fc.tuple(fc.nat(20_000), tie('value')).map(([depth, value]) => '['.repeat(depth) + value),
    fc
      .tuple(fc.nat(5_000), tie('value'))
      .map(([depth, value]) => '['.repeat(depth) + value + ']'.repeat(depth)),
  ),
})).value;

function outcomeOf(bytes: Buffer, format: ValueFormat): string {
  try {
    const payload = decodeValue(bytes, format);
    if (typeof payload !== 'object' || payload === null || Buffer.isBuffer(payload)) return 'plain';
    const prototype: unknown = Object.getPrototypeOf(payload);
    return prototype === Object.prototype || prototype === Array.prototype ? 'plain' : 'of another prototype';
  } catch (error) {
    return error instanceof PayloadError ? 'refused' : String(error);
  }
}

test('hostile values result in a payload or a PayloadError, and change no prototype', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const changed = fc.tuple(hostile, fc.option(fc.tuple(fc.nat(), fc.nat(255)))).map(([text, change]) => {
    const bytes = Buffer.from(text);
    if (change && bytes.length > 0) bytes[change[0] % bytes.length] = change[1];
    return bytes;
  });
  fc.assert(
    fc.property(changed, fc.constantFrom<ValueFormat>('json', 'auto', 'text', 'bytes'), (bytes, format) => {
      expect(['plain', 'refused']).toContain(outcomeOf(bytes, format));
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    }),
    { seed: 20_26, numRuns: 5_000 },
  );
});

test('a payload decoded from text equals the one decoded from bytes', () => {
  const value = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.oneof(fc.json(), fc.string({ unit: 'binary' })).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(value, (bytes) => {
      expect(valueOf({ value: bytes, text: bytes.toString() }, 'auto')).toEqual(decodeValue(bytes, 'auto'));
    }),
    { numRuns: 500 },
  );
});

test('errors about JSON never quote it', () => {
  fc.assert(
    fc.property(notJson, (text) => {
      const message = messageOf(Buffer.from(text));
      fc.pre(message !== undefined);
      expect(message).toContain(`got ${Buffer.byteLength(text)} bytes`);
      expect(quoted(text, message)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('errors about bytes that are not UTF-8 never quote them', () => {
  fc.assert(
    fc.property(secret, (text) => {
      const message = messageOf(Buffer.concat([Buffer.from(text), Buffer.of(0xff)]));
      expect(message).toContain('expected UTF-8 text');
      expect(quoted(text, message ?? '')).toEqual([]);
    }),
  );
});
