import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

describe('a pace', () => {
  it('lets so many through in a second, and waits for no more than that', async () => {
    let now = 1_000;
    const pace = new Pace(
      50,
      () => now,
      (ms) => Promise.resolve((now += ms)),
    );
    expect(pace.atOnce(100)).toBe(50);
    for (let i = 0; i < 4; i++) await pace.admit(50);
    expect(now).toBe(4_000);
    now += 10_000;
    await pace.admit(50);
    expect(now).toBe(14_000);
  });

  it('without a limit never waits', async () => {
    const pace = new Pace(undefined, Date.now, () => Promise.reject(new Error('it waits')));
    expect(pace.atOnce(100)).toBe(100);
    await pace.admit(1_000);
    await pace.admit(1_000);
  });
});
