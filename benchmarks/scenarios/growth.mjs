import { atMost, size, summaryOf, topicOf } from './targets.mjs';

/** By then V8 has compiled the hot code; otherwise a short run would measure the compiler. */
const warmUp = 300_000;
const contenders = [{ name: 'ours' }, { name: 'kafkajs-each-message' }];

const scenario = (family, name, what, records, shape) => ({
  name: `growth-${family}-${name}`,
  what: `${what}; measured after ${warmUp.toLocaleString('en-US')} records more`,
  topic: topicOf({ full: records.full + warmUp, quick: records.quick + warmUp }, shape),
  warmUp,
  repeat: size(3, 1),
  contenders,
  checks: (result, all) => growthChecks(result, all, `growth-${family}-`),
});

/** Neither time per record nor memory may grow with the backlog. */
function growthChecks(result, all, family) {
  const ours = summaryOf(result, 'ours');
  const raw = summaryOf(result, 'kafkajs-each-message');
  const first = all.find((each) => each.scenario.name.startsWith(family) && summaryOf(each, 'ours'));
  const checks = [];
  if (ours && raw) {
    checks.push(atMost('peak RSS over raw kafkajs', ours.peakRssBytes / raw.peakRssBytes, 1.3));
  }
  if (ours && first && first.scenario !== result.scenario) {
    const before = summaryOf(first, 'ours').recordsPerSecond.median;
    const what = `time per record over ${first.scenario.name}`;
    checks.push(atMost(what, before / ours.recordsPerSecond.median, 1.15));
  }
  return checks;
}

const backlog = (name, records, more = {}) => ({
  ...scenario('backlog', name, `a backlog of ${name} records`, size(records, records), {}),
  ...more,
});

const keys = (name, count) =>
  scenario('keys', name, `${name} distinct keys`, size(1_000_000, 300_000), { keys: count });

/** A larger backlog and more distinct keys. */
export const growth = [
  backlog('100k', 100_000),
  backlog('1m', 1_000_000),
  backlog('10m', 10_000_000, { fullOnly: true, repeat: size(2, 1) }),
  keys('10', 10),
  keys('1k', 1000),
  keys('1m', 1_000_000),
];
