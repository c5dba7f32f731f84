import path from 'node:path';
import { startKafka } from '../../dist/tools/kafka/index.js';
import { ratiosBefore } from '../report/before.mjs';
import { summarize } from '../report/statistics.mjs';
import { run } from './run.mjs';
import { runtimeOf } from './runtimes.mjs';
import { resultsFolder, snapshot } from './snapshot.mjs';
import { Topics } from './topics.mjs';

const defaultRepeat = { full: 5, quick: 1 };
let groups = 0;

/**
 * Runs scenarios on a broker of their own.
 * @param {import('../scenarios/index.mjs').Scenario[]} scenarios
 * @param {{ quick?: boolean, repeat?: number, profile?: boolean, against?: string, onScenario: (result: object) => void }} options
 */
export async function bench(scenarios, options) {
  const results = [];
  const failures = [];
  const { builds, remove } = options.profile
    ? { builds: {}, remove: () => undefined }
    : await snapshot(options.against);
  console.error('starting Kafka ...');
  const kafka = await startKafka({ heap: '1g' });
  try {
    const topics = new Topics(kafka);
    for (const scenario of scenarios) {
      try {
        const names = await topics.ensure(scenario.topic(Boolean(options.quick)));
        const result = await measure(scenario, { ...options, kafka, builds, topics: names, failures });
        results.push(result);
        result.checks = options.against ? [] : scenario.checks(result, results);
        result.ratios = options.against ? ratiosBefore(result) : [];
        options.onScenario(result);
      } catch (error) {
        failures.push(`${scenario.name}: ${error.message}`);
      }
    }
  } finally {
    await kafka.stop();
    await remove();
  }
  return { results, failures };
}

async function measure(scenario, context) {
  const { entries, skipped } = await entriesOf(scenario, context);
  const runs = [];
  const repeat = context.profile
    ? 1
    : (context.repeat ?? pickSize(scenario.repeat ?? defaultRepeat, context));
  const [first] = entries;
  if (scenario.rehearsed && first) await attempt(scenario, first, [], context);
  for (let round = 0; round < repeat; round += 1) {
    // Whoever comes second finds the broker's pages and the processor's clock in another state.
    const ran = [];
    for (const entry of round % 2 === 0 ? entries : entries.toReversed()) {
      await attempt(scenario, entry, ran, context);
    }
    runs.push(...ran.map((each) => ({ ...each, round })));
  }
  return { scenario, skipped, runs, contenders: summaries(scenario, runs) };
}

/** One entry for each contender, or for each of its variants. */
async function entriesOf({ contenders: all }, { profile: oursOnly, against, builds }) {
  const entries = [];
  const skipped = [];
  const contenders = against ? withBefore(all) : all;
  for (const contender of contenders) {
    const { name, runs = name, variants = [{}] } = contender;
    if (oursOnly && name !== 'ours') continue;
    const runtime = await runtimeOf(runs, builds);
    if ('reason' in runtime) skipped.push({ name, reason: runtime.reason });
    else
      for (const { label, options } of variants)
        entries.push({ ...contender, options: options ?? contender.options, label, runtime });
  }
  return { entries, skipped };
}

/** Ours alone, each with the other checkout's. */
function withBefore(contenders) {
  return contenders
    .filter(({ name, runs = name }) => runs === 'ours')
    .flatMap((contender) => [
      { ...contender, runs: 'ours' },
      { ...contender, name: `${contender.name}, before`, runs: 'before' },
    ]);
}

async function attempt(scenario, entry, runs, context) {
  const isOurs = entry.name.startsWith('ours');
  const job = jobOf(scenario, entry, context);
  const file = `${scenario.name}.cpuprofile`;
  const runtime = context.profile ? profiled(entry.runtime, file) : entry.runtime;
  try {
    const report = await run(runtime, job, isOurs);
    const adjusted = scenario.adjust ? scenario.adjust(report, report) : report;
    const profile = context.profile ? path.join(resultsFolder, file) : undefined;
    runs.push({ ...adjusted, name: entry.name, label: entry.label, profile });
    console.error(
      `  ${scenario.name} ${entry.name} ${entry.label ?? ''} ${adjusted.recordsPerSecond.toFixed(1)}/s`,
    );
  } catch (error) {
    const failure = `${scenario.name} ${entry.name} ${entry.label ?? ''}: ${error.message}`;
    console.error(`  ${failure}`);
    context.failures.push(failure);
  }
}

function jobOf(scenario, { name, mode, options, records, poison, limitMs, sampler, pattern }, context) {
  const { delayMs, warmUp, environment } = scenario;
  const { records: each, copies = 1 } = scenario.topic(Boolean(context.quick));
  groups += 1;
  return {
    bootstrap: context.kafka.bootstrap,
    topics: context.topics,
    groupId: `${scenario.name}-${name.replaceAll(/\W+/g, '-')}-${groups}`,
    records: records ? pickSize(records, context) : each * copies,
    mode: mode ?? name.replace('kafkajs-', ''),
    options,
    delayMs,
    warmUp,
    poison,
    limitMs,
    sampler,
    pattern,
    environment,
  };
}

function profiled({ command, args, env }, file) {
  return {
    command,
    args: ['--cpu-prof', `--cpu-prof-dir=${resultsFolder}`, `--cpu-prof-name=${file}`, ...args],
    env,
  };
}

function pickSize({ full, quick }, context) {
  return context.quick ? quick : full;
}

/** The best variant of each contender, and ours over it. */
function summaries({ contenders }, runs) {
  const best = contenders.map(({ name }) => {
    const mine = runs.filter((each) => each.name === name);
    const variants = [...new Set(mine.map(({ label }) => label))].map((label) => {
      const reports = mine.filter((each) => each.label === label);
      return { name, variant: label, runs: reports, summary: summarize(reports) };
    });
    return variants.toSorted((a, b) => rateOf(b) - rateOf(a))[0] ?? { name, runs: [] };
  });
  const ours = best.find(({ name, summary }) => name === 'ours' && summary);
  if (!ours) return best;
  return best.map((each) => (each.summary ? { ...each, oursOver: rateOf(ours) / rateOf(each) } : each));
}

function rateOf({ summary }) {
  return summary.recordsPerSecond.median;
}
