import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crashCheck, leakCheck, memoryCheck } from './checks/processes.js';
import { checksOf } from './checks/records.js';
import type { Cluster } from './cluster/cluster.js';
import { commitsOf } from './cluster/committed.js';
import { readLog } from './cluster/read-log.js';
import { FailedStartsError } from './fleet/failed-starts.js';
import { allVitals, rebalancesOf } from './fleet/vitals.js';
import type { Check, Result, Runtime, Sample } from './report/result.js';
import type { Scenario } from './scenarios/scenario.js';
import { Scene } from './scene.js';
import { CAUGHT_UP_MS } from './settings.js';

/** Options of a trial. */
export interface TrialOptions {
  readonly cluster: Cluster;
  readonly scenario: Scenario;
  readonly runtime: Runtime;
  readonly seed: number;
  /** Where ledgers and logs go. */
  readonly folder: string;
  /** The command that repeats it. */
  readonly replay: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** How a run ended. */
interface End {
  readonly caughtUpAfterMs: number | undefined;
  /** Exit codes of the instances that were stopped then. */
  readonly codes: readonly number[];
  /** The processes that existed at the end. */
  readonly atRest: ReadonlySet<string>;
}

const SAMPLE_MS = 1000;

/** One scenario on one runtime: runs it, lets the group catch up, and checks the promises. */
export class Trial {
  readonly #scene: Scene;
  readonly #samples: Sample[] = [];
  readonly #startedAt = new Date();
  #broken: string | undefined;

  constructor(private readonly options: TrialOptions) {
    const { cluster, scenario, runtime, seed, folder, env, say } = options;
    this.#scene = new Scene({
      cluster,
      name: `${scenario.name}-${runtime}-${seed}-${this.#startedAt.getTime().toString(36)}`,
      runtime,
      seed,
      folder,
      streams: scenario.streams ?? [{ name: 'records' }],
      instances: scenario.instances ?? 3,
      rate: scenario.rate ?? 400,
      keys: scenario.keys ?? 500,
      deedOf: scenario.deedOf ?? (() => undefined),
      env: { ...scenario.env, ...env },
      deadAddresses: scenario.deadAddresses ?? false,
      say,
    });
  }

  /** Runs it and returns the result. */
  async result(): Promise<Result> {
    const { load, fleet, cluster, reader } = this.#scene;
    await this.#scene.createTopics();
    const sampling = this.#sample();
    try {
      await this.#play();
      await load.stop();
      await cluster.heal();
      const caughtUpAfterMs = await this.#caughtUp();
      // At rest, the instances report their active resources.
      await sleep(2500);
      const atRest = new Set([...fleet.running].map(([slot, { pid }]) => `${slot}.${pid}`));
      const codes = await fleet.stopAll();
      reader.catchUp();
      await this.#readDeadLetters();
      return await this.#conclude({ caughtUpAfterMs, codes, atRest });
    } finally {
      sampling.abort();
      await load.stop();
      await load.disconnect();
      await fleet.stopAll();
      reader.close();
    }
  }

  /** A stuck group ends its scenario early, which is a finding; instances that can't start are an error. */
  async #play(): Promise<void> {
    try {
      await this.options.scenario.play(this.#scene);
    } catch (error) {
      if (error instanceof FailedStartsError) throw error;
      this.#broken = error instanceof Error ? error.message : String(error);
      this.#scene.say(this.#broken);
    }
  }

  /** Waits until all acknowledged records are settled. @returns the time it took; undefined if they never were */
  async #caughtUp(): Promise<number | undefined> {
    const { table, reader, faults } = this.#scene;
    const lastFault = Math.max(0, ...faults.map(({ toMs }) => toMs));
    const until = this.#scene.nowMs + CAUGHT_UP_MS;
    for (let before = Infinity; ;) {
      reader.catchUp();
      // The remaining records may be dead letters; reading these takes a second.
      if (table.behind === before && table.failed > 0) await this.#readDeadLetters();
      before = table.behind;
      if (table.behind === 0) return Math.max(0, this.#scene.nowMs - lastFault);
      if (this.#scene.nowMs > until) return undefined;
      await sleep(250);
    }
  }

  async #readDeadLetters(): Promise<void> {
    if (this.options.runtime !== 'ours') return;
    const { cluster, topics, table } = this.#scene;
    const existing = await cluster.admin((admin) => admin.listTopics());
    for (const { topic } of topics) {
      if (!existing.includes(`${topic}.dlt`)) continue;
      const ids = await readLog(cluster.client, `${topic}.dlt`, ({ value }) => idOf(value));
      for (const id of ids) if (table.deadLettered.get(id) === 0) table.deadLetter(id);
    }
  }

  #sample(): AbortController {
    const over = new AbortController();
    const take = (): void => {
      if (over.signal.aborted) return;
      this.#scene.reader.catchUp();
      this.#samples.push(this.#sampleNow());
      setTimeout(take, SAMPLE_MS).unref();
    };
    take();
    return over;
  }

  #sampleNow(): Sample {
    const { table, fleet, nowMs } = this.#scene;
    const { acknowledged, handled, repeats, failed, behind } = table;
    const running = [...fleet.running];
    const rebalances = running.map(([slot, { pid }]) => rebalancesOf(this.options.folder, slot, pid));
    return {
      atMs: nowMs,
      acknowledged,
      handled,
      repeated: repeats.length,
      failed,
      behind,
      rebalances: Math.max(0, ...rebalances),
      rssBytes: Object.fromEntries(running.map(([slot, instance]) => [slot, instance.rssBytes])),
    };
  }

  async #conclude(end: End): Promise<Result> {
    const { caughtUpAfterMs } = end;
    const { scenario, runtime, seed, replay } = this.options;
    const { table, faults, nowMs } = this.#scene;
    let deadLettered = 0;
    let gone = 0;
    for (let id = table.firstId; id < table.sent; id++) {
      if (table.deadLettered.get(id) > 0) deadLettered++;
      gone += table.gone.get(id);
    }
    return {
      scenario: scenario.name,
      description: scenario.description,
      runtime,
      seed,
      startedAt: this.#startedAt.toISOString(),
      durationMs: nowMs,
      replay,
      counts: {
        acknowledged: table.acknowledged,
        unacknowledged: table.sent - table.acknowledged,
        handled: table.handled,
        repeated: table.repeats.length,
        deadLettered,
        gone,
        ...(caughtUpAfterMs !== undefined && { caughtUpAfterMs }),
      },
      faults,
      samples: this.#samples,
      checks: await this.#checks(end),
    };
  }

  async #checks({ caughtUpAfterMs, codes, atRest }: End): Promise<Check[]> {
    const { scenario, folder } = this.options;
    const { table, reader, cluster, groupId, forgotAt, disturbances, fleet } = this.#scene;
    const commits = await commitsOf(cluster.client, groupId);
    const vitals = allVitals(folder);
    return [
      ...checksOf({
        table,
        overtaken: reader.overtaken,
        commits: commits.filter(({ at, offset }) => at >= forgotAt && offset !== scenario.setsOffsetsTo),
        disturbances,
        offsetsMove: scenario.offsetsMove ?? false,
        keepsAside: scenario.keepsAside ?? false,
        unordered: scenario.unordered ?? false,
        takenBackWithinMs: scenario.takenBackWithinMs ?? 0,
        caughtUpAfterMs,
        broken: this.#broken,
      }),
      memoryCheck(vitals, scenario.memoryGrows ?? false),
      leakCheck(vitals, atRest),
      crashCheck(vitals, fleet.exits, codes, scenario.processesFail ?? false),
    ];
  }
}

/** The folder of a trial's ledgers. */
export function folderOf(root: string, scenario: string, runtime: Runtime, seed: number): string {
  return path.join(root, `${scenario}-${runtime}-${seed}`);
}

/** A value begins with its id; the rest of it may be large. */
function idOf(value: Buffer | null): number | undefined {
  const [, id] = /^\{"id":(\d+)/.exec(value?.toString('latin1', 0, 30) ?? '') ?? [];
  return id === undefined ? undefined : Number(id);
}
