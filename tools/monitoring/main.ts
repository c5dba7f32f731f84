/**
 * Checks the monitoring files against the built service, with its own Kafka and Prometheus:
 * the names of metrics, the alerts and their tests, and that every query of the dashboard returns data.
 * Started by tools/monitoring/check.sh, which installs Prometheus.
 */
import path from 'node:path';
import getPort from 'get-port';
import { cli, run } from '../cli.js';
import { DemoWorker } from '../demo/demo-worker.js';
import { environmentFor, namesFor } from '../demo/environment.js';
import { createTopic } from '../demo/topic.js';
import { sendTransfers } from '../demo/transfers.js';
import { execute, kafkaClient, openKafka } from '../kafka/index.js';
import { projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';
import { queriesOf } from './dashboard.js';
import { type Found, Prometheus } from './prometheus.js';

const monitoring = path.join(projectRoot, 'deploy/monitoring');
const rules = path.join(monitoring, 'rules.yaml');
const waitMs = 60_000;

await run(async () => {
  cli(
    'monitoring',
    'Checks metrics, alerts and dashboard with a Prometheus that scrapes the service.',
  ).parse();
  await promtool(['check', 'rules', rules]);
  await promtool(['test', 'rules', path.join(monitoring, 'rules.test.yaml')]);
  const kafka = await openKafka();
  const port = await getPort();
  const names = namesFor(kafka);
  const env = { ...environmentFor(kafka, names, 'monitoring'), PORT: String(port) };
  const service = await DemoWorker.start(env, () => undefined);
  const prometheus = await Prometheus.start(`127.0.0.1:${port}`, rules);
  try {
    const client = kafkaClient(kafka.bootstrap);
    await createTopic(client, names.topic);
    await service.ready(waitMs);
    await prometheus.until('kafka_consumer_assigned_partitions > 0', waitMs);
    await sendTransfers(client, names.topic);
    await prometheus.until('sum(rate(kafka_consumer_handler_seconds_count[30s])) > 0', waitMs);
    // A rate needs a collection between two scrapes, which a service that has just started may not have had.
    await prometheus.until('rate(nodejs_gc_duration_seconds_sum[30s])', waitMs);
    await promtool(['check', 'metrics'], await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    return (await runQueries(prometheus)) ? 0 : 1;
  } finally {
    await prometheus.stop();
    await service.stop(waitMs);
    await kafka.stop();
  }
});

async function promtool(args: readonly string[], stdin?: string): Promise<void> {
  const input = stdin === undefined ? {} : { stdin };
  const { code, stdout, stderr } = await execute('promtool', args, { timeoutMs: waitMs, ...input });
  const said = `${stdout}${stderr}`.trim();
  console.log(`promtool ${args.map((each) => path.basename(each)).join(' ')}: ${said || 'no output'}`);
  if (code !== 0) throw new ToolError('PROMTOOL', `promtool ${args.join(' ')} ended with ${code}.`);
}

/** @returns whether every query returned data */
async function runQueries(prometheus: Prometheus): Promise<boolean> {
  let all = true;
  for (const { panel, expr } of await queriesOf(path.join(monitoring, 'dashboard.json'))) {
    const found = await prometheus.query(expr);
    all &&= found.length > 0;
    console.log(`${found.length > 0 ? 'ok     ' : 'NOTHING'} ${panel}: ${summaryOf(found)}`);
  }
  return all;
}

function summaryOf(found: readonly Found[]): string {
  const [first] = found.toSorted((a, b) => b.value - a.value);
  if (!first) return 'no series';
  const labels = Object.entries(first.labels).filter(([name]) => name !== 'job' && name !== '__name__');
  const named = labels.map(([name, value]) => `${name}=${value}`).join(' ');
  return `${found.length} series, the highest ${Number(first.value.toPrecision(4))} ${named}`.trim();
}
