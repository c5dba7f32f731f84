import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { changedPaths, toSample } from './differences.js';
import { toReplayRecord } from './replay-record.js';
import { someDeadLetter } from '../testing/some-dead-letter.js';
import { loadTransform } from './transform.js';

function moduleOf(code: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'transform-')), 'transform.mjs');
  writeFileSync(path, code);
  return path;
}

async function applied(code: string) {
  const deadLetter = someDeadLetter({ headers: { own: 'h' } });
  return (await loadTransform(moduleOf(code)))(deadLetter, toReplayRecord(deadLetter));
}

describe('a transform', () => {
  it('a transform keeps the parts that it does not return', async () => {
    expect(await applied("export default () => ({ value: 'new' })")).toEqual({
      key: Buffer.from('k'),
      value: Buffer.from('new'),
      headers: { own: 'h' },
    });
  });

  it('a transform may be exported as "transform", may be asynchronous, and receives the dead letter', async () => {
    const code =
      'export async function transform(record, { reason, group }) { return { key: reason + group, headers: {} }; }';
    expect(await applied(code)).toEqual({
      key: Buffer.from('TypeErrorg'),
      value: Buffer.from('v'),
      headers: {},
    });
  });

  it('a transform may return a tombstone, or null to skip the record', async () => {
    expect(await applied('export default () => ({ value: null })')).toMatchObject({ value: null });
    expect(await applied('export default () => null')).toBeNull();
  });

  it.each([
    ['() => undefined', 'the transform returned nothing'],
    ["() => 'text'", 'the transform returned of type string'],
    [
      '() => ({ value: { a: 1 } })',
      "the transform's value is of type object; it must be bytes, text or null",
    ],
    ['() => ({ key: 7 })', "the transform's key is of type number"],
    ['() => ({ headers: { a: 7 } })', "the transform's headers must be an object"],
    ["() => { throw new Error('by itself'); }", 'by itself'],
  ])('the transform %s fails: %s', async (code, message) => {
    await expect(applied(`export default ${code}`)).rejects.toThrow(message);
  });

  it('a transform that changes a long integer by parsing it fails, and one that keeps it succeeds', async () => {
    const deadLetter = someDeadLetter({ value: Buffer.from('{"id":9007199254740993,"a":1}') });
    const apply = async (code: string) =>
      (await loadTransform(moduleOf(`export default ${code}`)))(deadLetter, toReplayRecord(deadLetter));
    await expect(
      apply('({ value }) => ({ value: JSON.stringify({ ...JSON.parse(String(value)), b: 2 }) })'),
    ).rejects.toThrow('the transform changed the number at position 6 of the value');
    const kept = await apply("({ value }) => ({ value: String(value).replace('1}', '2}') })");
    expect(String(kept?.value)).toBe('{"id":9007199254740993,"a":2}');
  });

  it('a transform must be a function', async () => {
    await expect(loadTransform(moduleOf('export const other = 1'))).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('the differences of a transform', () => {
  it('the differences of a transform are reported as paths', () => {
    const before = { a: 1, b: [1, { c: 2 }], d: null, e: {} };
    expect(changedPaths(before, { a: 1, b: [1, { c: 3 }, 4], d: {}, f: 5 })).toEqual([
      '~ $.b[1].c',
      '+ $.b[2]',
      '~ $.d',
      '- $.e',
      '+ $.f',
    ]);
  });

  it('an unchanged record has no differences, for any value', () => {
    const record = toReplayRecord(someDeadLetter({ headers: { a: [Buffer.from([255]), null] } }));
    const copy = { ...record, value: Buffer.from('v'), headers: { a: [Buffer.from([255]), null] } };
    expect(toSample('here', record, copy, true)).toBeUndefined();
  });

  it('the differences of a transform contain values only on request', () => {
    const record = toReplayRecord(someDeadLetter());
    const after = { ...record, value: Buffer.from('w') };
    expect(toSample('here', record, after, false)).not.toHaveProperty('after');
    expect(toSample('here', record, after, true)).toMatchObject({ before: 'v', after: 'w' });
  });

  it('the differences of a transform include long integers that JavaScript considers equal', () => {
    const record = toReplayRecord(someDeadLetter({ value: Buffer.from('{"id":9007199254740993}') }));
    const after = { ...record, value: Buffer.from('{"id":9007199254740992}') };
    expect(toSample('here', record, after, false)?.pathsChanged).toEqual(['~ $.id']);
  });
});
