import { atLeast, size, summaryOf, topicOf } from './targets.mjs';

const records = size(300_000, 150_000);
/** Records that always fail: one in so many, at that place among them. */
const one = { every: records.full, at: 75_000 };
/** Prime to the number of keys: of all keys, and all partitions. */
const onePercent = { every: 101, at: 42 };
const options = { retry: { attempts: 3, initialMs: 100 } };
/** Of every key something fails: a key that waits for retries would be no other key's cost. */
const once = { retry: { attempts: 1 } };

/** How much of the throughput without poison is left. */
function checks(result) {
  const rateOf = (name) => summaryOf(result, name)?.recordsPerSecond.median;
  const whole = rateOf('ours');
  return ['ours, one poison', 'ours, 1 % poison'].flatMap((name) => {
    const rate = rateOf(name);
    return whole && rate ? [atLeast(`part of the throughput left: ${name}`, rate / whole, 0.9)] : [];
  });
}

/** Records that always fail, among others that do not. */
export const poison = [
  {
    name: 'poison',
    what: 'a handler that waits 5 ms and always fails some records, which become dead letters',
    topic: topicOf(records),
    delayMs: 5,
    repeat: size(3, 1),
    contenders: [
      { name: 'ours', options },
      { name: 'ours, one poison', runs: 'ours', options, poison: one },
      { name: 'ours, 1 % poison', runs: 'ours', options: once, poison: onePercent },
      // It never gets beyond the record: what it does until then, and no more, is within the limit.
      {
        name: 'nest',
        poison: { every: records.full, at: 300 },
        records: size(10_000, 10_000),
        limitMs: 30_000,
      },
    ],
    checks,
  },
];
