import { describe, expect, test } from '@jest/globals';
import { InFlightLimiter, Usage } from './in-flight-limiter.js';

const AMPLE = { records: 100, bytes: 1_000_000 };

function budgetOf(partitions: number, limits = AMPLE): InFlightLimiter {
  const limiter = new InFlightLimiter(limits);
  limiter.share(partitions);
  return limiter;
}

function use(limiter: InFlightLimiter, usage: Usage, records: number, bytes = 1): void {
  for (let n = 0; n < records; n++) limiter.add(usage, bytes);
}

describe('a limiter', () => {
  test('a limiter counts records and bytes, of the partition and of the process', () => {
    const limiter = budgetOf(2);
    const [one, other] = [new Usage(), new Usage()];
    use(limiter, one, 3, 10);
    use(limiter, other, 1, 5);
    limiter.remove(one, 10);
    expect(one).toEqual({ records: 2, bytes: 20 });
    expect(limiter.total).toEqual({ records: 3, bytes: 25 });
  });

  test('a limiter admits whole fetches of one partition up to a quarter of the limit', () => {
    const limiter = budgetOf(50);
    const usage = new Usage();
    use(limiter, usage, 24);
    expect(limiter.admitsFetch(usage)).toBe(true);
    use(limiter, usage, 1);
    expect(limiter.admitsFetch(usage)).toBe(false);
    expect(limiter.isFull(usage)).toBe(true);
  });

  test('a limiter admits no whole fetch once the process is full, but always the share of a partition', () => {
    const limiter = budgetOf(10);
    const mine = new Usage();
    use(limiter, new Usage(), 100);
    expect(limiter.admitsFetch(mine)).toBe(false);
    use(limiter, mine, 9);
    expect(limiter.admitsRecord(mine)).toBe(true);
    use(limiter, mine, 1);
    expect(limiter.admitsRecord(mine)).toBe(false);
  });

  test('a limiter lets a single partition use the whole limit', () => {
    const limiter = budgetOf(1);
    const usage = new Usage();
    use(limiter, usage, 99);
    expect(limiter.isFull(usage)).toBe(false);
    use(limiter, usage, 1);
    expect(limiter.isFull(usage)).toBe(true);
  });

  test('a limiter bounds bytes as well as records', () => {
    const limiter = budgetOf(10, { records: 1000, bytes: 1000 });
    const usage = new Usage();
    use(limiter, usage, 1, 249);
    expect(limiter.admitsFetch(usage)).toBe(true);
    expect(limiter.admitsRecord(usage)).toBe(false);
    use(limiter, usage, 1, 1);
    expect(limiter.admitsFetch(usage)).toBe(false);
    use(limiter, new Usage(), 1, 750);
    expect(limiter.admitsFetch(new Usage())).toBe(false);
  });

  test('a limiter readmits a full partition at half of its cap', () => {
    const limiter = budgetOf(50);
    const usage = new Usage();
    use(limiter, usage, 25);
    for (let left = 25; left > 13; left--) limiter.remove(usage, 1);
    expect(limiter.readmits(usage)).toBe(false);
    limiter.remove(usage, 1);
    expect(limiter.readmits(usage)).toBe(true);
  });

  test('a limiter readmits a partition at half of its share while the process is full', () => {
    const limiter = budgetOf(5);
    const usage = new Usage();
    use(limiter, new Usage(), 100);
    use(limiter, usage, 10);
    expect(limiter.readmits(usage)).toBe(false);
    limiter.remove(usage, 1);
    expect(limiter.readmits(usage)).toBe(true);
  });

  test('a limiter resolves waits for room as soon as the process has room', async () => {
    const limiter = budgetOf(2);
    const usage = new Usage();
    const { signal } = new AbortController();
    await limiter.untilRoom(signal);
    use(limiter, usage, 101);
    let resolved = 0;
    const waiting = [limiter.untilRoom(signal), limiter.untilRoom(signal)].map((room) =>
      room.then(() => resolved++),
    );
    limiter.remove(usage, 1);
    await Promise.resolve();
    expect([limiter.hasRoom, resolved]).toEqual([false, 0]);
    limiter.remove(usage, 1);
    await Promise.all(waiting);
    expect([limiter.hasRoom, resolved]).toEqual([true, 2]);
  });

  test('forgets waits for room that were aborted', async () => {
    const limiter = budgetOf(2);
    use(limiter, new Usage(), 100);
    const over = new AbortController();
    const waiting = [limiter.untilRoom(over.signal), limiter.untilRoom(over.signal)];
    expect(limiter.waiting).toBe(2);
    over.abort();
    await Promise.all(waiting);
    expect([limiter.waiting, limiter.hasRoom]).toEqual([0, false]);
    await limiter.untilRoom(over.signal);
    expect(limiter.waiting).toBe(0);
  });

  test('a limiter bounds the records ahead of the committable offsets to ten times the limit, over all partitions', () => {
    for (const partitions of [1, 4, 5, 40, 100_000]) {
      const { aheadLimit } = budgetOf(partitions);
      expect(aheadLimit).toBeGreaterThanOrEqual(1);
      expect(aheadLimit * partitions).toBeLessThanOrEqual(Math.max(1000, partitions));
    }
    expect(budgetOf(1).aheadLimit).toBe(250);
  });
});
