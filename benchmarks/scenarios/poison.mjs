import { atLeast, size, summaryOf, topicOf } from './targets.mjs';

const records = size(300_000, 150_000);
/** Records that always fail: one of `every` records, at position `at`. */
const one = { every: records.full, at: 75_000 };
/** Coprime to the number of keys, so that all keys and partitions have failing records. */
const onePercent = { every: 101, at: 42 };
const options = { retry: { attempts: 3, initialMs: 100 } };
/** Every key has failing records, since a key that waits for retries does not affect others. */
const once = { retry: { attempts: 1 } };

/** Remaining fraction of the throughput without poison records. */
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
      // It never gets beyond the record; only records before it are handled within the limit.
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
