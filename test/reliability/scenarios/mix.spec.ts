import { describe, expect, it } from '@jest/globals';
import { planOf } from './mix.js';

describe('the plan of a mix', () => {
  it('follows from its seed alone', () => {
    expect(planOf(7, 10, true)).toEqual(planOf(7, 10, true));
    expect(planOf(7, 10, true)).not.toEqual(planOf(8, 10, true));
  });

  it('fills its time', () => {
    const total = planOf(7, 30, true).reduce((sum, { waitMs }) => sum + waitMs, 0);
    expect(total).toBeGreaterThan(29 * 60_000);
    expect(total).toBeLessThanOrEqual(30 * 60_000);
  });

  it('harms no network where there are no proxies', () => {
    const faults = new Set(planOf(7, 60, false).map(({ fault }) => fault));
    expect(faults).not.toContain('cut');
    expect(faults).toContain('kill');
  });
});
