import { atMost, size, summaryOf, topicOf } from './targets.mjs';

/** From the start of the process to the first handled record. */
export const start = [
  {
    name: 'start',
    what: 'starts a second: from the start of the process to the first handled record, broker running',
    topic: topicOf(size(1, 1), { partitions: 1 }),
    repeat: size(7, 3),
    contenders: [{ name: 'ours' }, { name: 'nest' }],
    adjust: (report, { spawnedAt }) => ({
      ...report,
      recordsPerSecond: 1000 / (report.firstAt - spawnedAt),
    }),
    checks: (result) => {
      const ours = summaryOf(result, 'ours');
      const nest = summaryOf(result, 'nest');
      if (!ours || !nest) return [];
      const ratio = nest.recordsPerSecond.median / ours.recordsPerSecond.median;
      return [atMost('time to the first record over nest', ratio, 1.1)];
    },
  },
];
