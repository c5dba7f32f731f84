import { describe, expect, test } from '@jest/globals';
import { InFlightLimiter, Usage } from './in-flight-limiter.js';

const AMPLE = { records: 100, bytes: 1_000_000 };

function budgetOf(partitions: number, limits = AMPLE): InFlightLimiter {
  const budget = new InFlightLimiter(limits);
  budget.share(partitions);
  return budget;
}

function use(budget: InFlightLimiter, usage: Usage, records: number, bytes = 1): void {
  for (let n = 0; n < records; n++) budget.add(usage, bytes);
}

describe('a budget', () => {
  test('counts records and bytes, of the partition and of all', () => {
    const budget = budgetOf(2);
    const [one, other] = [new Usage(), new Usage()];
    use(budget, one, 3, 10);
    use(budget, other, 1, 5);
    budget.remove(one, 10);
    expect(one).toEqual({ records: 2, bytes: 20 });
    expect(budget.total).toEqual({ records: 3, bytes: 25 });
  });

  test('admits whole fetches up to a quarter of it for one partition', () => {
    const budget = budgetOf(50);
    const usage = new Usage();
    use(budget, usage, 24);
    expect(budget.admitsFetch(usage)).toBe(true);
    use(budget, usage, 1);
    expect(budget.admitsFetch(usage)).toBe(false);
    expect(budget.isFull(usage)).toBe(true);
  });

  test('admits no whole fetch once others have taken it all, but a partition its share all the same', () => {
    const budget = budgetOf(10);
    const mine = new Usage();
    use(budget, new Usage(), 100);
    expect(budget.admitsFetch(mine)).toBe(false);
    use(budget, mine, 9);
    expect(budget.admitsRecord(mine)).toBe(true);
    use(budget, mine, 1);
    expect(budget.admitsRecord(mine)).toBe(false);
  });

  test('lets the only partition use all of it', () => {
    const budget = budgetOf(1);
    const usage = new Usage();
    use(budget, usage, 99);
    expect(budget.isFull(usage)).toBe(false);
    use(budget, usage, 1);
    expect(budget.isFull(usage)).toBe(true);
  });

  test('bounds bytes as it does records', () => {
    const budget = budgetOf(10, { records: 1000, bytes: 1000 });
    const usage = new Usage();
    use(budget, usage, 1, 249);
    expect(budget.admitsFetch(usage)).toBe(true);
    expect(budget.admitsRecord(usage)).toBe(false);
    use(budget, usage, 1, 1);
    expect(budget.admitsFetch(usage)).toBe(false);
    use(budget, new Usage(), 1, 750);
    expect(budget.admitsFetch(new Usage())).toBe(false);
  });

  test('takes a full partition back at half of its cap', () => {
    const budget = budgetOf(50);
    const usage = new Usage();
    use(budget, usage, 25);
    for (let left = 25; left > 13; left--) budget.remove(usage, 1);
    expect(budget.readmits(usage)).toBe(false);
    budget.remove(usage, 1);
    expect(budget.readmits(usage)).toBe(true);
  });

  test('takes a partition back at half of its share while the process is full', () => {
    const budget = budgetOf(5);
    const usage = new Usage();
    use(budget, new Usage(), 100);
    use(budget, usage, 10);
    expect(budget.readmits(usage)).toBe(false);
    budget.remove(usage, 1);
    expect(budget.readmits(usage)).toBe(true);
  });

  test('tells whoever waits for room as soon as the process has some', async () => {
    const budget = budgetOf(2);
    const usage = new Usage();
    const { signal } = new AbortController();
    await budget.untilRoom(signal);
    use(budget, usage, 101);
    let told = 0;
    const waiting = [budget.untilRoom(signal), budget.untilRoom(signal)].map((room) =>
      room.then(() => told++),
    );
    budget.remove(usage, 1);
    await Promise.resolve();
    expect([budget.hasRoom, told]).toEqual([false, 0]);
    budget.remove(usage, 1);
    await Promise.all(waiting);
    expect([budget.hasRoom, told]).toEqual([true, 2]);
  });

  test('forgets whoever no longer waits for room, however long there is none', async () => {
    const budget = budgetOf(2);
    use(budget, new Usage(), 100);
    const over = new AbortController();
    const waiting = [budget.untilRoom(over.signal), budget.untilRoom(over.signal)];
    expect(budget.waiting).toBe(2);
    over.abort();
    await Promise.all(waiting);
    expect([budget.waiting, budget.hasRoom]).toEqual([0, false]);
    await budget.untilRoom(over.signal);
    expect(budget.waiting).toBe(0);
  });

  test('bounds what may lie ahead of the committable offset to ten budgets, over all partitions', () => {
    for (const partitions of [1, 4, 5, 40, 100_000]) {
      const { aheadLimit } = budgetOf(partitions);
      expect(aheadLimit).toBeGreaterThanOrEqual(1);
      expect(aheadLimit * partitions).toBeLessThanOrEqual(Math.max(1000, partitions));
    }
    expect(budgetOf(1).aheadLimit).toBe(250);
  });
});
