import { describe, expect, test } from '@jest/globals';
import {
  BadRequestException,
  ConflictException,
  HttpException,
  InternalServerErrorException,
} from '@nestjs/common';
import { KafkaRetriableException, RpcException } from '@nestjs/microservices';
import type { KafkaFailureOptions } from './failure-options.js';
import { HandlerOptionsError, resolveHandlerOptions } from './handler-options.js';

const resolveAny = (options: Record<string, unknown>) =>
  resolveHandlerOptions({ pattern: 't' }, options, { groupId: 'g', commit: 'auto' });
const resolve = (options: KafkaFailureOptions) => resolveAny({ ...options }).failures;

test('a handler without failure options gets five calls, then a dead letter, and a circuit breaker', () => {
  expect(resolve({})).toMatchObject({
    policy: {
      onFailure: 'dead-letter',
      retry: { attempts: 5, backoff: { initialMs: 500, maxMs: 30_000 }, maxElapsedMs: Infinity },
    },
    deadLetterTopic: undefined,
    deadLetterLimit: { consecutive: 50, ratio: 0.5, window: 200 },
    parkLimit: 10_000,
  });
});

test.each<[string, NonNullable<KafkaFailureOptions['retry']>]>([
  ['never', { never: (error) => (error as { response: { status: number } }).response.status === 422 }],
  ['only', { only: (error) => (error as { response: { status: number } }).response.status === 503 }],
])('an error at which retry.%s throws is retried', (_name, retry) => {
  const { isRetriable } = resolve({ retry }).policy.retry;
  expect(isRetriable(new Error('ECONNREFUSED'))).toBe(true);
  expect(isRetriable({ response: { status: 422 } })).toBe(false);
});

test('failure options that are set replace the defaults', () => {
  const resolved = resolve({
    retry: { attempts: Infinity, initialMs: 1, maxMs: 2, maxElapsedMs: 3 },
    onFailure: 'retry-topic',
    deadLetterTopic: 'graveyard',
    delays: ['30s', '2h'],
    deadLetterLimit: { consecutive: 7 },
    parkLimit: 8,
  });
  expect(resolved).toMatchObject({
    policy: {
      onFailure: 'retry-topic',
      retry: { attempts: Infinity, backoff: { initialMs: 1, maxMs: 2 }, maxElapsedMs: 3 },
    },
    deadLetterTopic: 'graveyard',
    delays: [
      { name: '30s', ms: 30_000 },
      { name: '2h', ms: 7_200_000 },
    ],
    deadLetterLimit: { consecutive: 7, ratio: 0.5, window: 200 },
    parkLimit: 8,
  });
  expect(resolve({ deadLetterLimit: false }).deadLetterLimit).toBeUndefined();
});

describe('retries', () => {
  const { isRetriable } = resolve({}).policy.retry;

  test.each([
    new Error('x'),
    new TypeError('x'),
    'text',
    undefined,
    new InternalServerErrorException(),
    new RpcException('x'),
    new KafkaRetriableException('x'),
    new ConflictException(),
    new HttpException('too many', 429),
  ])('the error %p is retried by default', (error) => {
    expect(isRetriable(error)).toBe(true);
  });

  test.each([new BadRequestException(), new HttpException('gone', 410)])(
    'the error %p is not retried by default',
    (error) => {
      expect(isRetriable(error)).toBe(false);
    },
  );

  test('retry.never and retry.only select the errors that are retried, by class or by function', () => {
    const never = resolve({ retry: { never: [TypeError] } }).policy.retry;
    expect([new TypeError(), new Error()].map(never.isRetriable)).toEqual([false, true]);
    const only = resolve({ retry: { only: [RangeError, BadRequestException] } }).policy.retry;
    expect([new RangeError(), new BadRequestException(), new Error()].map(only.isRetriable)).toEqual([
      true,
      true,
      false,
    ]);
    const picked = resolve({
      retry: { only: (error) => error === 'again', never: (error) => error !== 'again' },
    });
    expect(['again', 'x'].map(picked.policy.retry.isRetriable)).toEqual([true, false]);
  });
});

test.each<[Record<string, unknown>, string]>([
  [
    { onFailure: 'ignore' },
    'onFailure is "ignore", but must be one of dead-letter, retry-topic, park, skip, stop',
  ],
  [
    { onFailure: 'deadletter' },
    'onFailure is "deadletter", but must be one of dead-letter, retry-topic, park, skip, stop; did you mean dead-letter?',
  ],
  [{ retry: { attempts: 0 } }, 'retry.attempts is 0, but must be a whole number from 1 on, or Infinity'],
  [
    { retry: { never: 'Error' } },
    'retry.never is "Error", but must be a list of error classes, or a function',
  ],
  [{ retry: { attemps: 3 } }, 'retry: attemps is not an option; did you mean attempts?'],
  [{ retry: 3 }, 'retry is 3, but must be an object of attempts, initialMs, maxMs'],
  [
    { onFailure: 'retry-topic', delays: ['1m', 'soon'] },
    'delays[1] is "soon", but must be a time such as \'30s\'',
  ],
  [
    { onFailure: 'retry-topic', delays: ['1m', '1m'] },
    'delays[1] is "1m", but must be a time that is not in the list yet',
  ],
  [{ onFailure: 'retry-topic', delays: [] }, 'delays is an empty list, but must be a list that is not empty'],
  [{ delays: ['1m'] }, "delays has no effect without onFailure: 'retry-topic'"],
  [{ deadLetterTopic: 'a b' }, 'deadLetterTopic is "a b", but must be a valid topic name'],
  [{ deadLetterTopic: '' }, 'deadLetterTopic is "", but must be text that is not empty'],
  [
    { deadLetterTopic: 'orders.g.retry.1m' },
    'deadLetterTopic is "orders.g.retry.1m", but must be no name of a retry or parking topic',
  ],
  [
    { deadLetterLimit: { ratio: 2 } },
    'deadLetterLimit.ratio is 2, but must be a number above 0 and at most 1',
  ],
  [
    { deadLetterLimit: true },
    'deadLetterLimit is true, but must be false, or an object of consecutive, ratio, window',
  ],
  [{ parkLimit: 0 }, 'parkLimit is 0, but must be a whole number from 1 on'],
])('the options %j are rejected, and the error says what is accepted', (options, problem) => {
  expect(() => resolveAny(options)).toThrow(HandlerOptionsError);
  expect(() => resolveAny(options)).toThrow(`handler for t: ${problem}`);
});

test('parking is rejected without an order of keys', () => {
  for (const options of [{ read: 'batch' }, { order: 'none' }]) {
    expect(() => resolveAny({ onFailure: 'park', ...options })).toThrow(HandlerOptionsError);
  }
});
