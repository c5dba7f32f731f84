import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inexactNumber, inexactNumbers, parseWithInexactAsText } from './exact-json.js';

const INTEGER = /^-?\d+$/;

/** The reference: compares each number with its source text through a reviver, which is slow. */
function changedByParsing(json: string): string[] {
  const changed: string[] = [];
  const parse = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => unknown;
  parse(json, (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined) return value;
    const isExact = !INTEGER.test(source) || (Number.isFinite(value) && BigInt(value) === BigInt(source));
    if (!isExact && String(value) !== source) changed.push(source);
    return value;
  });
  return changed;
}

test.each([
  ['9007199254740993', 0],
  ['-9007199254740993', 0],
  ['{"a":[1,-9007199254740993]}', 8],
  ['[ 12345678901234567891 ]', 2],
  ['["\\\\",9007199254740995]', 6],
  ['["\\"",9007199254740995]', 6],
  ['9'.repeat(400), 0],
])('the integer in %s that parsing would change is found', (json, position) => {
  expect(inexactNumber(json)?.position).toBe(position);
});

test.each([
  '9007199254740991',
  '-9007199254740992',
  '123456789012345680000',
  `1${'0'.repeat(21)}`,
  '0.30000000000000004',
  '52.520006599999996123',
  '{"a":"9007199254740993"}',
  '["a-9007199254740993", "9007199254740993, 9007199254740993", "1e999,"]',
  '1e999',
  '{"a":-1E+400}',
  '1e-999',
])('no number in %s counts as changed by parsing', (json) => {
  expect(inexactNumber(json)).toBeUndefined();
});

test('the numbers found in any JSON are those that the parser changes', () => {
  const digits = fc.stringMatching(/^[1-9][0-9]{0,40}$/);
  const literal = fc.oneof(
    digits,
    digits.map((text) => `-${text}`),
    fc.tuple(digits, fc.nat(400)).map(([text, exponent]) => `${text}e+${exponent}`),
    fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
  );
  const text = fc
    .oneof(
      fc.string({ unit: 'binary' }),
      digits,
      fc.constantFrom('\\', '"', '\\"', '1e999,', ': 9007199254740993'),
    )
    .map((each) => JSON.stringify(each));
  const json = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      literal,
      text,
      fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(', ')}]`),
      fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((fields) => {
        const named = fields.map(([name, value], at) => `${JSON.stringify(`${at}${name}`)}:${value}`);
        return `{${named.join(',')}}`;
      }),
    ),
  })).value;
  fc.assert(
    fc.property(json, (each) => {
      const changed = changedByParsing(each);
      expect([...inexactNumbers(each)].map(({ literal: found }) => found).toSorted()).toEqual(
        changed.toSorted(),
      );
      expect(inexactNumber(each) !== undefined).toBe(changed.length > 0);
    }),
    { numRuns: 2_000 },
  );
});

test('the check of a long run of digits takes linear time', () => {
  const json = JSON.stringify(`x${'1'.repeat(20_000_000)}`);
  expect(inexactNumber(json)).toBeUndefined();
}, 10_000);

test('inexact numbers are parsed as text, and all other values as usual', () => {
  expect(parseWithInexactAsText('{"a":9007199254740993,"b":[1,"9007199254740993"]}')).toEqual({
    a: '9007199254740993',
    b: [1, '9007199254740993'],
  });
  expect(parseWithInexactAsText('{"a":1}')).toEqual({ a: 1 });
});
