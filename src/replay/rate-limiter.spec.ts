import { describe, expect, it } from '@jest/globals';
import { RateLimiter } from './rate-limiter.js';

describe('the rate limiter', () => {
  it('the rate limiter admits its number of records per second, and does not save up unused time', async () => {
    let now = 1_000;
    const limiter = new RateLimiter(
      50,
      () => now,
      (ms) => Promise.resolve((now += ms)),
    );
    expect(limiter.batchSize(100)).toBe(50);
    for (let i = 0; i < 4; i++) await limiter.admit(50);
    expect(now).toBe(4_000);
    now += 10_000;
    await limiter.admit(50);
    expect(now).toBe(14_000);
  });

  it('the rate limiter without a limit never waits', async () => {
    const limiter = new RateLimiter(undefined, Date.now, () => Promise.reject(new Error('it waits')));
    expect(limiter.batchSize(100)).toBe(100);
    await limiter.admit(1_000);
    await limiter.admit(1_000);
  });
});
