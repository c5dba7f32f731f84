import type { FailurePolicy, LastResort } from '../handler/failure-policy.js';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide, mayRetry } from './decision.js';
import { PermanentError } from '../errors/permanent.error.js';
import { DependencyUnavailableError } from '../errors/unavailable.error.js';

const RESORTS: readonly LastResort[] = ['dead-letter', 'retry-topic', 'park', 'stop', 'skip'];

function policy(onFailure: LastResort, retry: Partial<FailurePolicy['retry']> = {}): FailurePolicy {
  return {
    onFailure,
    retry: {
      attempts: 3,
      backoff: { initialMs: 100, maxMs: 1000 },
      maxElapsedMs: Infinity,
      isRetriable: (error) => error !== 'hopeless',
      ...retry,
    },
  };
}

describe.each(RESORTS)('with onFailure %p, a failure', (onFailure) => {
  test('a failure is retried while attempts are left', () => {
    const decision = decide(new Error('x'), { failures: 2, elapsedMs: 5 }, policy(onFailure), 0.5);
    expect(decision).toEqual({ action: 'retry', delayMs: 100 });
  });

  test('a record fails for good after the last attempt', () => {
    expect(decide(new Error('x'), { failures: 3, elapsedMs: 5 }, policy(onFailure), 0.5)).toEqual({
      action: onFailure,
    });
  });

  test('a record fails for good if the next retry would exceed maxElapsedMs', () => {
    const limited = policy(onFailure, { maxElapsedMs: 1000 });
    expect(decide('x', { failures: 1, elapsedMs: 950 }, limited, 0.5)).toEqual({
      action: 'retry',
      delayMs: 50,
    });
    expect(decide('x', { failures: 1, elapsedMs: 951 }, limited, 0.5)).toEqual({ action: onFailure });
  });

  test.each([[new PermanentError('no')], ['hopeless']])(
    'a failure is not retried if it is not retriable: %p',
    (error) => {
      const action = onFailure === 'retry-topic' ? 'dead-letter' : onFailure;
      expect(decide(error, { failures: 1, elapsedMs: 0 }, policy(onFailure), 0.5)).toEqual({ action });
    },
  );

  test('a failure is retried without end if the attempts are unlimited', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 0.999 }), (failures, random) => {
        const endless = policy(onFailure, { attempts: Infinity });
        const decision = decide('x', { failures, elapsedMs: 1e12 }, endless, random);
        expect(decision.action).toBe('retry');
      }),
    );
  });
});

test('an unavailable dependency is awaited, even if the handler’s `only` and `never` exclude its error', () => {
  const away = new DependencyUnavailableError('the database is away');
  expect(mayRetry(away, { isRetriable: () => false })).toBe(true);
});
