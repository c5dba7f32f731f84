import type { Sample } from '../result.js';
import { memoryLines, rateLine } from './lines.js';

const MIB = 1024 * 1024;

it('a chart line shows the rate per second between two samples', () => {
  const samples = [
    sample({ atMs: 0, handled: 100 }),
    sample({ atMs: 500, handled: 600 }),
    sample({ atMs: 500, handled: 700 }),
    sample({ atMs: 2500, handled: 700 }),
  ];

  expect(rateLine('handled', samples, ({ handled }) => handled).points).toEqual([
    [500, 1000],
    [2500, 0],
  ]);
});

it('a chart line shows the memory of an instance while it ran, with gaps', () => {
  const samples = [
    sample({ atMs: 0, rssBytes: { 'service-10': MIB } }),
    sample({ atMs: 1, rssBytes: { 'service-9': 2 * MIB, 'service-10': MIB } }),
    sample({ atMs: 2, rssBytes: { 'service-10': 3 * MIB } }),
    sample({ atMs: 3, rssBytes: { 'service-9': 4 * MIB } }),
  ];

  expect(memoryLines(samples).map(({ name, points }) => [name, points])).toEqual([
    [
      'service-9',
      [
        [1, 2],
        [2, null],
        [3, 4],
      ],
    ],
    [
      'service-10',
      [
        [0, 1],
        [1, 1],
        [2, 3],
      ],
    ],
  ]);
});

function sample(different: Partial<Sample>): Sample {
  const totals = { acknowledged: 0, handled: 0, repeated: 0, failed: 0, behind: 0, rebalances: 0 };
  return { atMs: 0, ...totals, rssBytes: {}, ...different };
}
