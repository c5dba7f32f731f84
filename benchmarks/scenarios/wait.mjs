import { atMost, faster, size, topicOf } from './targets.mjs';
import { median } from '../report/statistics.mjs';

const delayMs = 5;
const lanes = { concurrency: 1000 };
const hotRecords = size(1000, 600);

const threads = (count) => ({ label: `${count} threads`, options: { threads: count } });

/** Allowed time relative to the minimum for the hot key, with waits measured in the same process. */
function hotKeyChecks({ contenders }) {
  const reports = contenders.flatMap(({ name, runs }) => (name === 'ours' ? runs : []));
  if (reports.length === 0) return [];
  const overIdeal = reports.map(({ records, seconds, sleepMs }) => {
    // From the first handled record to the last: one wait less than the hot key has records.
    const hot = (records + 1) / 2 - 1;
    return (seconds * 1000) / (hot * sleepMs);
  });
  return [atMost('time over that of the hot key alone', median(overIdeal), 1.1)];
}

/** Handlers that wait 5 ms, like for a database. */
export const wait = [
  {
    name: 'wait',
    what: 'a handler that waits 5 ms; ours with 1,000 lanes a partition, in key order',
    topic: topicOf(size(300_000, 150_000)),
    delayMs,
    contenders: [
      { name: 'ours', options: lanes },
      { name: 'nest', records: size(600, 300) },
      {
        name: 'parallel-consumer',
        records: size(150_000, 60_000),
        variants: [threads(100), threads(500), threads(1000)],
      },
    ],
    checks: faster({ nest: 100, 'parallel-consumer': 2.5 }),
  },
  {
    name: 'wait-one-partition',
    what: 'a handler that waits 5 ms, and a topic of one partition',
    topic: topicOf(size(200_000, 100_000), { partitions: 1 }),
    delayMs,
    contenders: [
      { name: 'ours', options: lanes },
      { name: 'nest', records: size(600, 300) },
    ],
    checks: faster({ nest: 100 }),
  },
  {
    name: 'hot-key',
    what: 'a handler that waits 5 ms; of 10 keys one has half of the records',
    topic: topicOf(hotRecords, { keys: 10, hot: true }),
    delayMs,
    contenders: [{ name: 'ours', mode: 'hot-key' }],
    checks: hotKeyChecks,
  },
];
