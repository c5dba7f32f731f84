import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InFlightLimiter, Usage } from './in-flight-limiter.js';

const MOST_FETCHED = 7;
const MOST_BYTES = 90;

const bytes = fc.integer({ min: 1, max: MOST_BYTES });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fetch' as const),
      at: fc.nat(),
      records: fc.array(bytes, { minLength: 1, maxLength: MOST_FETCHED }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), at: fc.nat(), most: fc.nat(9) }) },
);
const limits = fc.record({
  records: fc.integer({ min: 1, max: 60 }),
  bytes: fc.integer({ min: 1, max: 3000 }),
});

interface Partition {
  readonly usage: Usage;
  readonly inFlight: number[];
}

/** Takes in a fetch like a partition: whole, or record by record within its share. */
function take(limiter: InFlightLimiter, { usage, inFlight }: Partition, records: readonly number[]): void {
  const whole = limiter.admitsFetch(usage);
  for (const each of records) {
    if (!whole && !limiter.admitsRecord(usage)) return;
    limiter.add(usage, each);
    inFlight.push(each);
  }
}

test('records in flight are bounded, and a partition always gets its share', () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 1, max: 8 }), fc.array(step), (limit, count, steps) => {
      const limiter = new InFlightLimiter(limit);
      limiter.share(count);
      const partitions = Array.from({ length: count }, () => ({ usage: new Usage(), inFlight: [] }));
      const share = Math.max(1, Math.floor(limit.records / count));
      for (const each of steps) {
        const partition: Partition | undefined = partitions[each.at % count];
        if (!partition) continue;
        if (each.do === 'fetch') take(limiter, partition, each.records);
        else
          for (const size of partition.inFlight.splice(0, each.most)) limiter.remove(partition.usage, size);

        // The last whole fetch began below the limit; beyond it each partition adds no more than its share.
        expect(limiter.total.records).toBeLessThan(limit.records + MOST_FETCHED + share * count);
        expect(limiter.total.bytes).toBeLessThan(
          2 * limit.bytes + MOST_FETCHED * MOST_BYTES + count * MOST_BYTES,
        );
        for (const { usage } of partitions) {
          expect(usage.records).toBeLessThan(Math.max(limit.records / 4 + MOST_FETCHED, share + 1));
          const withinShare = usage.records < share && usage.bytes < limit.bytes / count;
          expect(withinShare && limiter.isFull(usage)).toBe(false);
          expect(usage.records > 0 || limiter.readmits(usage)).toBe(true);
          expect(limiter.readmits(usage) && limiter.isFull(usage)).toBe(false);
        }
        const sum = partitions.flatMap(({ inFlight }) => inFlight).reduce((a, b) => a + b, 0);
        expect(limiter.total.bytes).toBe(sum);
      }
    }),
    { numRuns: 300 },
  );
});
