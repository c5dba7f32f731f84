import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterwards } from '../../tools/kafka/index.js';
import { fromCaller, projectName } from '../../tools/project.js';
import { ToolError } from '../../tools/tool-error.js';
import { Cluster } from './cluster/cluster.js';
import type { Report, Result, Runtime } from './report/result.js';
import { writeReport } from './report/write-report.js';
import { SLOTS } from './scene.js';
import { folderOf, Trial } from './trial.js';
import { capacityOf } from './scenarios/capacity.js';
import { type Scenario, scenarios } from './scenarios/index.js';
import { mix } from './scenarios/mix.js';
import { settings } from './settings.js';
import { linesOf } from './verdict-lines.js';

/** The options of a run. */
export interface Options {
  readonly only?: string;
  readonly mix?: true;
  readonly minutes: number;
  readonly seed: string;
  readonly rate?: number;
  readonly peers?: true;
  readonly report?: string;
  readonly keep?: string;
}

/** Runs the selected scenarios on one cluster. */
export class Harness {
  readonly #results: Result[] = [];
  /** Scenarios that the harness itself could not complete. */
  readonly #unfinished: string[] = [];

  constructor(private readonly options: Options) {}

  /** @returns whether this service kept its promises; results of others are only in the report */
  async run(): Promise<boolean> {
    const { options } = this;
    const chosen = options.mix ? [] : choose(options.only);
    const root = options.keep
      ? fromCaller(options.keep)
      : await mkdtemp(path.join(os.tmpdir(), `${projectName}-`));
    const remove = options.keep ? undefined : afterwards('rm', '-rf', '--', root);
    console.log('Starting three brokers ...');
    const cluster = await Cluster.start(SLOTS);
    if (!cluster.network) console.log('Go is not installed: no network faults are injected.');
    try {
      const seeds = options.seed.split(',').map(Number);
      for (const seed of options.mix ? seeds : []) await this.#mix(cluster, root, seed);
      for (const scenario of chosen) await this.#scenario(cluster, root, scenario, seeds[0] ?? 1);
      await this.#report();
    } finally {
      await cluster.stop();
      await remove?.();
    }
    const ours = this.#results.filter(({ runtime }) => runtime === 'ours');
    const passed = ours.filter(({ checks }) => checks.every((check) => check.passed)).length;
    const failed = ours.length - passed + this.#unfinished.length;
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0;
  }

  async #mix(cluster: Cluster, root: string, seed: number): Promise<void> {
    const { minutes, rate } = this.options;
    const records = rate ?? (await halfTheCapacity(cluster, root, mix(minutes, 1), seed));
    const replay = `npm run test:reliability -- --mix --minutes ${minutes} --seed ${seed} --rate ${records}`;
    await this.#play(cluster, root, mix(minutes, records), 'ours', seed, replay);
  }

  async #scenario(cluster: Cluster, root: string, scenario: Scenario, seed: number): Promise<void> {
    if (scenario.needsNetwork && !cluster.network) {
      console.log(`\n${scenario.name}: skipped, as it needs toxiproxy, which Go builds`);
      return;
    }
    const replay = `npm run test:reliability -- --only ${scenario.name} --seed ${seed}`;
    await this.#play(cluster, root, scenario, 'ours', seed, replay);
    if (!this.options.peers) return;
    for (const runtime of scenario.peers ?? (['nest', 'kafkajs'] as const)) {
      await this.#play(cluster, root, scenario, runtime, seed, `${replay} --peers`);
    }
  }

  async #play(
    cluster: Cluster,
    root: string,
    scenario: Scenario,
    runtime: Runtime,
    seed: number,
    replay: string,
  ): Promise<void> {
    console.log(`\n${scenario.name}${runtime === 'ours' ? '' : ` with ${runtime}`}: ${scenario.description}`);
    const folder = folderOf(root, scenario.name, runtime, seed);
    const say = console.log.bind(console);
    const trial = new Trial({ cluster, scenario, runtime, seed, folder, replay, say });
    const result = await trial.result().catch((error: unknown) => {
      console.error(error);
      this.#unfinished.push(scenario.name);
    });
    if (!result) return;
    this.#results.push(result);
    for (const line of linesOf(result)) console.log(line);
    if (this.options.report && runtime === 'ours' && !result.checks.every(({ passed }) => passed)) {
      keepLogs(folder, path.join(fromCaller(this.options.report), `${scenario.name}-${seed}`));
    }
    if (!this.options.keep) await rm(folder, { recursive: true, force: true });
  }

  async #report(): Promise<void> {
    if (!this.options.report) return;
    const report: Report = {
      command: `npm run test:reliability -- ${process.argv.slice(2).join(' ')}`,
      machine: machine(),
      settings,
      results: this.#results,
    };
    const { html } = await writeReport(report, fromCaller(this.options.report));
    console.log(`\nReport: ${html}`);
  }
}

function choose(only: string | undefined): Scenario[] {
  if (only === undefined) return [...scenarios];
  return only.split(',').map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (!found) throw new ToolError('NO_SCENARIO', `There is no scenario ${name}; --list names them.`);
    return found;
  });
}

async function halfTheCapacity(
  cluster: Cluster,
  root: string,
  like: Scenario,
  seed: number,
): Promise<number> {
  let capacity = 0;
  const scenario = capacityOf(like, (measured) => (capacity = measured));
  console.log(`\ncapacity: ${scenario.description}`);
  const folder = folderOf(root, scenario.name, 'ours', seed);
  const say = console.log.bind(console);
  await new Trial({ cluster, scenario, runtime: 'ours', seed, folder, replay: '', say }).result();
  await rm(folder, { recursive: true, force: true });
  console.log(`  ${capacity} records/s`);
  return Math.max(1, Math.floor(capacity / 2));
}

function keepLogs(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((each) => each.endsWith('.log')))
    cpSync(path.join(from, name), path.join(to, name));
}

function machine(): string {
  const [cpu] = os.cpus();
  const gib = Math.round(os.totalmem() / 2 ** 30);
  return `${os.cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${gib} GiB, ${os.type()} ${os.release()}, Node ${process.version}`;
}
