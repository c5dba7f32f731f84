import { atLeast, size, summaryOf, topicOf } from './targets.mjs';

/** What each part of watching may cost, against none of it. */
const targets = { 'ours-metrics': 0.97, ours: 0.93, 'ours-traced-1-in-100': 0.93 };

const againstBare = (result) => {
  const rateOf = (name) => summaryOf(result, name)?.recordsPerSecond.median;
  const bare = rateOf('ours-bare');
  return Object.entries(targets).flatMap(([name, target]) => {
    const rate = rateOf(name);
    return bare && rate ? [atLeast(`${name} over ours-bare`, rate / bare, target)] : [];
  });
};

/**
 * What watching costs: metrics alone; with them the context of lines of the log, which is all that is on by default;
 * and with that traces as well. Whatever has metrics is scraped each second.
 */
export const telemetry = [
  {
    name: 'telemetry',
    what: 'a handler that does nothing; ours watched in several ways, against ours without telemetry',
    topic: topicOf(size(1_200_000, 600_000)),
    repeat: size(9, 3),
    contenders: [
      { name: 'ours', mode: 'scraped' },
      { name: 'ours-bare', runs: 'ours-without', without: ['metrics', 'context'] },
      { name: 'ours-metrics', runs: 'ours-without', without: ['context'], mode: 'scraped' },
      {
        name: 'ours-traced-1-in-100',
        runs: 'ours',
        mode: 'scraped',
        sampler: { name: 'parentbased_traceidratio', ratio: 0.01 },
      },
      { name: 'ours-traced', runs: 'ours', mode: 'scraped', sampler: { name: 'parentbased_always_on' } },
    ],
    checks: againstBare,
  },
];
