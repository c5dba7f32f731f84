import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_DEAD_LETTER_LIMIT, CircuitBreaker } from './circuit-breaker.js';

function breakerAfter(outcomes: string, limit = { consecutive: 3, ratio: 0.5, window: 10 }): CircuitBreaker {
  const breaker = new CircuitBreaker(limit);
  for (const outcome of outcomes) {
    if (outcome === '.') breaker.passed();
    else breaker.failed();
  }
  return breaker;
}

describe('the circuit breaker for dead letters', () => {
  test.each([
    ['', false],
    ['xx', false],
    ['xxx', true],
    ['xxx.', false],
    ['xx.xx.', false],
    ['x.x.x.x.x.', true],
    ['xx.xx.xx.', true],
    ['x.x.x.x.x..', false],
    ['xxx.xx', true],
    ['xxx.xx.....', false],
  ])('after %p is engaged: %p', (outcomes, engaged) => {
    expect(breakerAfter(outcomes).isOpen).toBe(engaged);
  });

  test('the circuit breaker for dead letters names the limit that was reached', () => {
    expect(breakerAfter('xxxx').reason).toBe('4 records in a row failed for good');
    expect(breakerAfter('xx.xx.x').reason).toBe('5 of the last 10 records failed for good');
  });

  test('the circuit breaker for dead letters agrees with a count over the whole history', () => {
    const limit = { consecutive: 4, ratio: 0.4, window: 9 };
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (outcomes) => {
        const breaker = new CircuitBreaker(limit);
        for (const passed of outcomes) {
          if (passed) breaker.passed();
          else breaker.failed();
        }
        const lastPass = outcomes.lastIndexOf(true);
        const inARow = outcomes.length - 1 - lastPass;
        const recent = outcomes.slice(-limit.window).filter((passed) => !passed).length;
        expect(breaker.isOpen).toBe(inARow >= limit.consecutive || recent >= limit.ratio * limit.window);
      }),
    );
  });

  test('the circuit breaker for dead letters stays closed if one record in a hundred can never be handled', () => {
    const breaker = new CircuitBreaker(DEFAULT_DEAD_LETTER_LIMIT);
    for (let n = 0; n < 10_000; n++) {
      if (n % 100 === 0) breaker.failed();
      else breaker.passed();
      expect(breaker.isOpen).toBe(false);
    }
  });
});
