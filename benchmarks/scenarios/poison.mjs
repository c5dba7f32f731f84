import { atLeast, size, summaryOf, topicOf } from './targets.mjs';

const records = size(300_000, 150_000);
/** Records that always fail: one in so many, at that place among them. */
const one = { every: records.full, at: 75_000 };
/** All that ten of the keys have, in all partitions: what counts is the other keys. */
const onePercent = { every: 101, at: 42 };
const retry = { attempts: 3, initialMs: 100 };
const options = { retry };

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
    what: 'a handler that waits 5 ms and always fails some records: tried three times, then a dead letter',
    topic: topicOf(records, { keys: 1010 }),
    delayMs: 5,
    repeat: size(3, 1),
    contenders: [
      { name: 'ours', options },
      { name: 'ours, one poison', runs: 'ours', options, poison: one },
      { name: 'ours, 1 % poison', runs: 'ours', options, poison: onePercent },
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
