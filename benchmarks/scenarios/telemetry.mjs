import { median } from '../report/statistics.mjs';
import { atLeast, size, topicOf } from './targets.mjs';

/** The allowed cost of each part of telemetry, compared with none. */
const targets = { 'ours-metrics': 0.97, ours: 0.93, 'ours-traced-1-in-1000': 0.93 };

/** Each run is compared with the bare run of its round, since the machine varies by more than the expected difference. */
const againstBare = ({ runs }) => {
  const ratesOf = (name) =>
    new Map(runs.filter((run) => run.name === name).map((run) => [run.round, run.recordsPerSecond]));
  const bare = ratesOf('ours-bare');
  return Object.entries(targets).flatMap(([name, target]) => {
    const ratios = [...ratesOf(name)].flatMap(([round, rate]) =>
      bare.has(round) ? [rate / bare.get(round)] : [],
    );
    return ratios.length > 0 ? [atLeast(`${name} over ours-bare`, median(ratios), target)] : [];
  });
};

const traced = (name, sampler, ratio) => ({
  name,
  runs: 'ours',
  mode: 'scraped',
  sampler: { name: sampler, ratio },
});

/** The expected difference is a few percent. A service runs for days, so V8's initial compilation is excluded. */
const warmUp = 300_000;

/**
 * The cost of telemetry: only metrics; metrics and the context of log lines, which is the default;
 * and traces in addition. Services with metrics are scraped every second.
 */
export const telemetry = [
  {
    name: 'telemetry',
    what: 'a handler that does nothing; ours watched in several ways, against ours without telemetry',
    topic: topicOf(size(4_000_000, 1_200_000)),
    warmUp,
    rehearsed: true,
    repeat: size(9, 3),
    contenders: [
      { name: 'ours', mode: 'scraped' },
      { name: 'ours-bare' },
      { name: 'ours-metrics', mode: 'scraped' },
      traced('ours-traced-1-in-1000', 'parentbased_traceidratio', 0.001),
      traced('ours-traced-1-in-100', 'parentbased_traceidratio', 0.01),
    ],
    checks: againstBare,
  },
  {
    name: 'telemetry-each',
    what: 'the same with a span for each record, against ours as it is by default',
    topic: topicOf(size(1_200_000, 600_000)),
    warmUp,
    contenders: [{ name: 'ours', mode: 'scraped' }, traced('ours-traced', 'parentbased_always_on', 1)],
    checks: () => [],
  },
];
