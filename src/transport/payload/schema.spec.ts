import { describe, expect, test } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { SchemaViolationError, validated } from './schema.js';

const Order = z.object({
  id: z.string(),
  lines: z.array(z.object({ count: z.coerce.number().int('must be whole') })),
});

/** A schema of another library that reports these issues. */
const finding = (issues: readonly StandardSchemaV1.Issue[]): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) },
});

describe('a schema', () => {
  test('a schema’s output replaces the payload', () => {
    const payload = { id: 'a', lines: [{ count: '2' }], more: true };
    expect(validated(Order, payload)).toEqual({ id: 'a', lines: [{ count: 2 }] });
  });

  test('a schema may validate asynchronously', async () => {
    const Later = Order.refine((order) => Promise.resolve(order.id !== 'taken'), 'the id is taken');
    await expect(validated(Later, { id: 'free', lines: [] })).resolves.toEqual({ id: 'free', lines: [] });
    await expect(validated(Later, { id: 'taken', lines: [] })).rejects.toThrow(
      new SchemaViolationError([{ message: 'the id is taken' }]),
    );
  });

  test('a payload that does not match its schema fails with every issue and its path', () => {
    const broken = (): unknown => validated(Order, { id: 1, lines: [{ count: 1 }, { count: 1.5 }] });
    expect(broken).toThrow(SchemaViolationError);
    expect(broken).toThrow(
      'the payload breaks the schema: id: Invalid input: expected string, received number; ' +
        'lines.1.count: must be whole',
    );
    expect(broken).toThrow(
      expect.objectContaining({ code: 'SCHEMA_VIOLATION', issues: [expect.anything(), expect.anything()] }),
    );
  });

  test('an issue of the whole payload is described as such', () => {
    expect(() => validated(Order, null)).toThrow('the payload itself: Invalid input');
    expect(() => validated(finding([{ message: 'no', path: [] }]), 1)).toThrow('the payload itself: no');
  });

  test('a schema may report paths in every form of the standard', () => {
    const path = ['a', 0, Symbol('s'), { key: 'b' }, { key: 1 }];
    expect(() => validated(finding([{ message: 'no', path }]), 1)).toThrow('a.0.Symbol(s).b.1: no');
  });

  test.each([
    [
      'a CloudEvent',
      { specversion: '1.0', type: 't', source: '/s', id: 'e', data: {} },
      'it is a CloudEvent',
    ],
    [
      'a batch of CloudEvents',
      [{ specversion: '1.0', type: 't', source: '/s', id: 'e' }],
      'it is a CloudEvent',
    ],
    [
      'bytes of a registry',
      Buffer.from([0, 0, 0, 0, 7, 1]),
      'it was left as bytes: they are in the wire format',
    ],
    [
      'text with a byte order mark',
      '\uFEFF{"id":"a"}',
      'it was left as text: they begin with a byte order mark',
    ],
    ['JSON with NaN', '{"id":NaN}', 'it was left as text: NaN at position 6'],
    ['JSON with a long integer', '{"id":9007199254740993}', 'parsing would change a number of it'],
  ])('a mismatch by %s names the likely cause', (_, payload, cause) => {
    expect(() => validated(Order, payload)).toThrow(cause);
  });

  test('a mismatch without a known cause names none', () => {
    for (const payload of [{ id: 1 }, 'an order', Buffer.from([0xff]), { specversion: '1.0' }, ''])
      expect(() => validated(Order, payload)).not.toThrow('(it ');
  });
});
