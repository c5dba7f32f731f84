import { describe, expect, test } from '@jest/globals';
import {
  BadRequestException,
  ConflictException,
  HttpException,
  InternalServerErrorException,
} from '@nestjs/common';
import { KafkaRetriableException, RpcException } from '@nestjs/microservices';
import { type KafkaFailureOptions, resolveFailureOptions } from './failure-options.js';
import { HandlerOptionsError, resolveHandlerOptions } from './handler-options.js';

function resolve(options: KafkaFailureOptions) {
  const problems: string[] = [];
  const resolved = resolveFailureOptions({ ...options }, problems);
  expect(problems).toEqual([]);
  return resolved;
}

function problemsOf(options: Record<string, unknown>): string[] {
  const problems: string[] = [];
  resolveFailureOptions(options, problems);
  return problems;
}

test('a handler that says nothing gets five calls, then a dead letter, with the brake on', () => {
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
])('an error that retry.%s throws at is one that a retry may cure', (_name, retry) => {
  const { isRetriable } = resolve({ retry }).policy.retry;
  expect(isRetriable(new Error('ECONNREFUSED'))).toBe(true);
  expect(isRetriable({ response: { status: 422 } })).toBe(false);
});

test('everything a handler says is taken over', () => {
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

describe('trying again', () => {
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
  ])('may cure %p', (error) => {
    expect(isRetriable(error)).toBe(true);
  });

  test.each([new BadRequestException(), new HttpException('gone', 410)])('does not cure %p', (error) => {
    expect(isRetriable(error)).toBe(false);
  });

  test('is what never and only say, by class or by function', () => {
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
    'onFailure is "ignore", but must be one of dead-letter, retry-topic, park, stop, skip',
  ],
  [{ retry: { attempts: 0 } }, 'retry.attempts is 0, but must be a whole number from 1 on, or Infinity'],
  [
    { retry: { never: 'Error' } },
    'retry.never is "Error", but must be a list of error classes, or a function',
  ],
  [{ retry: 3 }, 'retry is 3, but must be an object'],
  [{ onFailure: 'retry-topic', delays: ['soon'] }, 'delays is "soon", but must be times such as \'30s\''],
  [{ onFailure: 'retry-topic', delays: [] }, 'delays is a list, but must be a list that is not empty'],
  [{ delays: ['1m'] }, "delays are for onFailure: 'retry-topic' alone"],
  [{ deadLetterTopic: 'a b' }, 'deadLetterTopic is "a b", but must be a name that Kafka takes for a topic'],
  [
    { deadLetterLimit: { ratio: 2 } },
    'deadLetterLimit.ratio is 2, but must be a number above 0 and at most 1',
  ],
  [{ deadLetterLimit: true }, 'deadLetterLimit is boolean, but must be an object'],
  [{ parkLimit: 0 }, 'parkLimit is 0, but must be a whole number from 1 on'],
])('%j is refused, and the error says what is accepted', (options, problem) => {
  expect(problemsOf(options).join()).toContain(problem);
});

test('parking is refused where there is no order of keys to keep', () => {
  const defaults = { groupId: 'g', commit: 'auto' } as const;
  for (const options of [{ read: 'batch' }, { order: 'none' }]) {
    expect(() => resolveHandlerOptions('t', { onFailure: 'park', ...options }, defaults)).toThrow(
      HandlerOptionsError,
    );
  }
});
