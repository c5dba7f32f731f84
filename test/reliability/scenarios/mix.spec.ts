import { describe, expect, it, test } from '@jest/globals';
import { keyOf } from '../load/load.js';
import { lotOf, planOf } from './mix.js';

describe('the plan of a mix', () => {
  it('the plan of a mix depends only on its seed', () => {
    expect(planOf(7, 10, true)).toEqual(planOf(7, 10, true));
    expect(planOf(7, 10, true)).not.toEqual(planOf(8, 10, true));
  });

  it('the plan of a mix fills its duration', () => {
    const total = planOf(7, 30, true).reduce((sum, { waitMs }) => sum + waitMs, 0);
    expect(total).toBeGreaterThan(29 * 60_000);
    expect(total).toBeLessThanOrEqual(30 * 60_000);
  });

  it('the plan of a mix has no network faults without proxies', () => {
    const faults = new Set(planOf(7, 60, false).map(({ fault }) => fault));
    expect(faults).not.toContain('cut');
    expect(faults).toContain('kill');
  });
});

test('failing records are spread over all partitions', () => {
  const failing = Array.from({ length: 60_000 }, (_, id) => id).filter((id) => lotOf(id) === 1);
  // As in the mix: three topics, 1,200 keys, six or twelve partitions.
  const counts = new Map<string, number>();
  for (const id of failing) {
    const place = `${id % 3} ${keyOf(id, 3, 1200) % 6}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  expect(counts.size).toBe(18);
  expect(Math.max(...counts.values())).toBeLessThan(2 * (failing.length / 18));
});
