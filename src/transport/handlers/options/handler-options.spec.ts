import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { HandlerOptionsError, type KafkaHandlerOptions, resolveHandlerOptions } from './handler-options.js';

const resolve = (options: KafkaHandlerOptions, commit: 'auto' | 'manual' = 'auto') =>
  resolveHandlerOptions({ pattern: 'orders' }, { ...options }, { groupId: 'service', commit });
const resolveAny = (extras: Record<string, unknown>) =>
  resolveHandlerOptions({ pattern: 'orders' }, extras, { groupId: 'service', commit: 'auto' });

describe('a handler without options', () => {
  test('a handler without options reads one record a call in key order, sixty-four lanes at a time', () => {
    const { failures: _, ...others } = resolve({});
    expect(others).toEqual({
      read: 'one',
      maxRecords: 500,
      maxWaitMs: 100,
      commit: 'auto',
      order: 'key',
      concurrency: 64,
      value: 'auto',
      schema: undefined,
      timeoutMs: undefined,
      groupId: 'service',
    });
  });

  test('a handler without options commits as the service is configured, and in partition order if commits are manual', () => {
    expect(resolve({}, 'manual')).toMatchObject({ commit: 'manual', order: 'partition', concurrency: 64 });
  });
});

describe('order and concurrency', () => {
  test.each([
    [{ read: 'one', commit: 'auto' }, 'key', 64],
    [{ read: 'one', commit: 'manual' }, 'partition', 64],
    [{ read: 'batch', commit: 'auto' }, 'partition', 1],
    [{ read: 'batch', commit: 'manual' }, 'partition', 1],
    [{ read: 'batch', order: 'key' }, 'key', 4],
    [{ read: 'batch', order: 'none' }, 'none', 4],
    [{ read: 'one', commit: 'manual', order: 'key' }, 'key', 64],
  ] as const)('order and concurrency of %j are %s and %d', (options, order, concurrency) => {
    expect(resolve(options)).toMatchObject({ order, concurrency });
  });

  test('order and concurrency that are set replace the defaults', () => {
    expect(resolve({ read: 'batch', order: 'none', concurrency: 9 })).toMatchObject({
      order: 'none',
      concurrency: 9,
    });
  });
});

test('options that are set replace the defaults', () => {
  const schema = z.string();
  const options = {
    read: 'batch',
    commit: 'manual',
    order: 'key',
    concurrency: 2,
    value: 'json',
    schema,
    timeoutMs: 1,
    groupId: 'other',
  } as const;
  expect(resolve({ ...options, batch: { maxRecords: 1, maxWaitMs: 0 } })).toMatchObject({
    ...options,
    maxRecords: 1,
    maxWaitMs: 0,
  });
});

test('a schema may be a function, as those of arktype are', () => {
  const schema = Object.assign(() => true, { '~standard': z.string()['~standard'] });
  expect(resolveAny({ schema }).schema).toBe(schema);
});

test('extras of other libraries are ignored', () => {
  expect(resolveAny({ transport: 1, 'x-mine': { read: 'nothing' } })).toEqual(resolve({}));
});

describe('an invalid option', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ read: 'many' }, 'read is "many", but must be one of one, batch'],
    [{ commit: true }, 'commit is true, but must be one of auto, manual'],
    [{ order: 'Key' }, 'order is "Key", but must be one of key, partition, none; did you mean key?'],
    [{ value: 'avro' }, 'value is "avro", but must be one of auto, json, text, bytes'],
    [{ concurrency: 0 }, 'concurrency is 0, but must be a whole number from 1 on'],
    [{ concurrency: '8' }, 'concurrency is "8", but must be a whole number from 1 on'],
    [{ concurrency: 1.5 }, 'concurrency is 1.5, but must be a whole number from 1 on'],
    [{ concurrency: Infinity }, 'concurrency is Infinity, but must be a whole number from 1 on'],
    [{ timeoutMs: -1 }, 'timeoutMs is -1, but must be a whole number from 1 on'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs is NaN, but must be a whole number from 1 on'],
    [{ groupId: '' }, 'groupId is "", but must be text that is not empty'],
    [{ groupId: 7 }, 'groupId is 7, but must be text that is not empty'],
    [{ schema: {} }, 'schema is an object, but must be a Standard Schema'],
    [{ batch: 100 }, 'batch is 100, but must be an object of maxRecords, maxWaitMs'],
    [{ batch: { maxRecords: 0 } }, 'batch.maxRecords is 0, but must be a whole number from 1 on'],
    [
      { read: 'batch', batch: { maxRecord: 1 } },
      'batch: maxRecord is not an option; did you mean maxRecords?',
    ],
    [{ batch: { maxRecords: 5 } }, "batch has no effect without read: 'batch'"],
    [{ concurency: 5 }, 'concurency is not an option; did you mean concurrency?'],
    [{ timeout: 5 }, 'timeout is not an option; did you mean timeoutMs?'],
    [{ batch: { maxWaitMs: -1 } }, 'batch.maxWaitMs is -1, but must be a whole number from 0 on'],
  ])(
    'the options %j are rejected, and the error names the option and what is accepted',
    (extras, problem) => {
      expect(() => resolveAny(extras)).toThrow(HandlerOptionsError);
      expect(() => resolveAny(extras)).toThrow(`handler for orders: ${problem}`);
    },
  );

  test('all invalid options are reported at once', () => {
    const extras = { read: 'x', order: 'y', batch: { maxRecords: 'z' }, schema: 1, groupId: 2 };
    expect(() => resolveAny(extras)).toThrow(
      /read is "x".*; batch\.maxRecords is "z".*; order is "y".*; schema is 1.*; groupId is 2/,
    );
  });

  test('the error names the class and method of the handler', () => {
    const site = { name: 'Orders.onOrder', pattern: /^orders/ };
    expect(() =>
      resolveHandlerOptions(site, { read: 'many' }, { groupId: 'service', commit: 'auto' }),
    ).toThrow('Orders.onOrder, handler for /^orders/: read is "many", but must be one of one, batch');
  });
});
