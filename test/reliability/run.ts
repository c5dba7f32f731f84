import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crashCheck, leakCheck, memoryCheck } from './checks/processes.js';
import { checksOf } from './checks/records.js';
import type { Disturbance } from './checks/repeats.js';
import { type Micros, micros } from './clock.js';
import type { Cluster } from './cluster/cluster.js';
import { commitsOf } from './cluster/committed.js';
import { readLog } from './cluster/read-log.js';
import { Fleet } from './fleet/fleet.js';
import { allVitals, rebalancesOf } from './fleet/vitals.js';
import { LedgerReader } from './ledger/ledger-reader.js';
import { RecordTable } from './ledger/record-table.js';
import { Load, type LoadTopic } from './load/load.js';
import type { Check, FaultEvent, Result, Runtime, Sample } from './report/result.js';
import type { Scenario, StreamSpec } from './scenarios/scenario.js';
import { AFTER_MS, BEFORE_MS, CAUGHT_UP_MS } from './settings.js';

/** The places for instances; each has a network of its own to the brokers. */
export const SLOTS = ['a', 'b', 'c', 'd'] as const;

/**
 * What may be handled again because of a fault: nothing; what the instance that it ends had handled last; what was
 * handled by the instance that it hits, or by anybody, from shortly before it until everybody knows of it; or
 * whatever ever was.
 */
export type Repeatable =
  'nothing' | { readonly ends: string } | { readonly hits: string } | 'around' | 'everything';

/** What a run is made of. */
export interface RunOptions {
  readonly cluster: Cluster;
  readonly scenario: Scenario;
  readonly runtime: Runtime;
  readonly seed: number;
  /** Where ledgers and logs go. */
  readonly folder: string;
  readonly replay: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Says what happens. */
  readonly say: (line: string) => void;
}

const DEFAULT_STREAM: StreamSpec = { name: 'records' };
const SAMPLE_MS = 1000;

/** One scenario on one runtime: the load, the instances, the ledger, and the verdict. */
export class Run {
  readonly table = new RecordTable();
  readonly topics: readonly LoadTopic[];
  readonly groupId: string;
  readonly load: Load;
  readonly fleet: Fleet;
  readonly cluster: Cluster;
  readonly seed: number;
  readonly #reader: LedgerReader;
  readonly #streams: readonly StreamSpec[];
  readonly #faults: FaultEvent[] = [];
  readonly #disturbances: Disturbance[] = [];
  readonly #samples: Sample[] = [];
  /** Commits before this time were of what was forgotten. */
  #forgotAt = 0;
  #broken: string | undefined;
  readonly #began = micros();
  readonly #startedAt = new Date().toISOString();

  constructor(private readonly options: RunOptions) {
    const { scenario, runtime, seed, cluster, folder, env } = options;
    this.cluster = cluster;
    this.seed = seed;
    const name = `${scenario.name}-${runtime}-${seed}-${Date.now().toString(36)}`;
    this.groupId = `${name}-group`;
    mkdirSync(folder, { recursive: true });
    this.#streams = scenario.streams ?? [DEFAULT_STREAM];
    this.topics = this.#streams.map((stream) => ({
      topic: `${name}-${stream.name}`,
      partitions: stream.partitions ?? 12,
    }));
    this.#reader = new LedgerReader(folder, this.table);
    this.load = new Load(cluster.client, this.table, {
      topics: this.topics,
      keys: scenario.keys ?? 500,
      rate: scenario.rate ?? 400,
      deedOf: scenario.deedOf ?? (() => undefined),
    });
    this.fleet = new Fleet({
      runtime,
      groupId: this.groupId,
      streams: this.#streams.map(({ options: handler = {}, delayMs = 5 }, i) => ({
        topic: this.topicAt(i),
        options: handler,
        delayMs,
      })),
      folder,
      bootstrapOf: (slot) => cluster.bootstrapFor(slot),
      env: { ...scenario.env, ...env },
    });
  }

  get folder(): string {
    return this.options.folder;
  }

  /** Milliseconds since the start. */
  get nowMs(): number {
    return Math.round((micros() - this.#began) / 1000);
  }

  topicAt(stream: number): string {
    const found = this.topics[stream];
    if (!found) throw new Error(`there is no stream ${stream}`);
    return found.topic;
  }

  /** Does harm, and writes down when. `target` names what is hit. */
  async fault<T>(
    fault: string,
    target: string,
    repeatable: Repeatable,
    work: () => Promise<T> | T,
  ): Promise<T> {
    const from = micros();
    this.options.say(`  ${seconds(this.nowMs)} ${fault}: ${target}`);
    const event = { fault, target, fromMs: this.nowMs };
    try {
      return await work();
    } finally {
      this.#faults.push({ ...event, toMs: this.nowMs });
      this.#disturbances.push(...disturbanceOf(fault, from, micros(), repeatable));
    }
  }

  /** Lets time pass under load. */
  async pass(ms: number): Promise<void> {
    await sleep(ms);
  }

  /** What was written up to now went with its topic: nothing of it counts. */
  forget(): void {
    this.#reader.catchUp();
    this.table.forget();
    this.#forgotAt = micros();
  }

  /** Retention removes everything from a topic that nobody writes to. */
  async expire(stream: number): Promise<void> {
    const topic = this.topicAt(stream);
    await this.cluster.configure(topic, { 'retention.ms': '1' });
    for (;;) {
      const offsets = await this.cluster.admin((admin) => admin.fetchTopicOffsets(topic));
      if (offsets.every(({ low, high }) => low === high)) break;
      await sleep(500);
    }
    await this.cluster.configure(topic, {});
    this.#reader.catchUp();
    this.table.removeOpen();
  }

  /** Resolves once so many records more were handled. */
  async handledMore(count: number, timeoutMs = 60_000): Promise<void> {
    const target = this.table.handled + count;
    const until = this.nowMs + timeoutMs;
    while (this.table.handled < target) {
      this.#reader.catchUp();
      if (this.nowMs > until)
        throw new Error(`${count} records more were not handled within ${timeoutMs} ms`);
      await sleep(50);
    }
  }

  /** Plays the scenario and says what came of it. */
  async result(): Promise<Result> {
    const { scenario } = this.options;
    for (const [i, { topic, partitions }] of this.topics.entries())
      await this.cluster.createTopic(topic, partitions, this.#streams[i]?.config);
    const sampling = this.#sample();
    try {
      await this.#play(scenario);
      await this.load.stop();
      await this.cluster.heal();
      const caughtUpAfterMs = await this.#caughtUp();
      // At rest, the instances tell what they still hold.
      await sleep(2500);
      const codes = await this.fleet.stopAll();
      this.#reader.catchUp();
      await this.#readDeadLetters();
      return await this.#conclude(caughtUpAfterMs, codes);
    } finally {
      sampling.abort();
      await this.load.stop();
      await this.load.disconnect();
      await this.fleet.stopAll();
      this.#reader.close();
    }
  }

  /** Starts so many instances and waits for all of them to join. */
  async startInstances(count = this.options.scenario.instances ?? 3): Promise<void> {
    const slots = SLOTS.slice(0, count);
    await Promise.all(slots.map((slot) => this.fleet.start(slot)));
    await Promise.all(slots.map((slot) => this.fleet.joined(slot)));
  }

  /** A group that does not go on ends its scenario early, which is a finding rather than an error. */
  async #play(scenario: Scenario): Promise<void> {
    try {
      await scenario.play(this);
    } catch (error) {
      this.#broken = error instanceof Error ? error.message : String(error);
      this.options.say(`  ${seconds(this.nowMs)} ${this.#broken}`);
    }
  }

  /** Waits until everything acknowledged is settled. @returns after how long; undefined where it never was */
  async #caughtUp(): Promise<number | undefined> {
    const lastFault = Math.max(0, ...this.#faults.map(({ toMs }) => toMs));
    const until = this.nowMs + CAUGHT_UP_MS;
    for (;;) {
      this.#reader.catchUp();
      if (this.table.behind > 0 && this.table.failed > 0) await this.#readDeadLetters();
      if (this.table.behind === 0) return Math.max(0, this.nowMs - lastFault);
      if (this.nowMs > until) return undefined;
      await sleep(250);
    }
  }

  async #readDeadLetters(): Promise<void> {
    if (this.options.runtime !== 'ours') return;
    const existing = await this.cluster.admin((admin) => admin.listTopics());
    const seen = new Set<number>();
    for (const { topic } of this.topics) {
      if (!existing.includes(`${topic}.dlt`)) continue;
      await readLog(this.cluster.client, `${topic}.dlt`, ({ value }) => {
        const id = Number(/^\{"id":(\d+)/.exec(value?.toString('latin1', 0, 30) ?? '')?.[1] ?? -1);
        if (id >= 0 && !seen.has(id) && this.table.deadLettered.get(id) === 0) this.table.deadLetter(id);
        seen.add(id);
      });
    }
  }

  #sample(): AbortController {
    const over = new AbortController();
    const take = (): void => {
      if (over.signal.aborted) return;
      this.#reader.catchUp();
      this.#samples.push(this.#sampleNow());
      setTimeout(take, SAMPLE_MS).unref();
    };
    take();
    return over;
  }

  #sampleNow(): Sample {
    const { acknowledged, handled, repeats, failed, behind } = this.table;
    const running = [...this.fleet.running];
    let rebalances = 0;
    for (const [slot, { pid }] of running) {
      rebalances = Math.max(rebalances, rebalancesOf(this.folder, slot, pid));
    }
    return {
      atMs: this.nowMs,
      acknowledged,
      handled,
      repeated: repeats.length,
      failed,
      behind,
      rebalances,
      rssBytes: Object.fromEntries(running.map(([slot, instance]) => [slot, instance.rssBytes])),
    };
  }

  async #conclude(caughtUpAfterMs: number | undefined, codes: readonly number[]): Promise<Result> {
    const { scenario, runtime, seed, replay } = this.options;
    const { table } = this;
    const all = await commitsOf(this.cluster.client, this.groupId);
    const commits = all.filter(({ at }) => at >= this.#forgotAt);
    const vitals = allVitals(this.folder);
    const checks: Check[] = [
      ...checksOf({
        table,
        overtaken: this.#reader.overtaken,
        commits,
        disturbances: this.#disturbances,
        offsetsMove: scenario.offsetsMove ?? false,
        caughtUpAfterMs,
        broken: this.#broken,
      }),
      memoryCheck(vitals, scenario.memoryGrows ?? false),
      leakCheck(vitals),
      crashCheck(vitals, this.fleet.exits, codes, scenario.processesFail ?? false),
    ];
    let deadLettered = 0;
    let gone = 0;
    for (let id = 0; id < table.sent; id++) {
      if (table.deadLettered.get(id) > 0) deadLettered++;
      gone += table.gone.get(id);
    }
    return {
      scenario: scenario.name,
      description: scenario.description,
      runtime,
      seed,
      startedAt: this.#startedAt,
      durationMs: this.nowMs,
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
      faults: this.#faults,
      samples: this.#samples,
      checks,
    };
  }
}

function disturbanceOf(fault: string, from: Micros, to: Micros, repeatable: Repeatable): Disturbance[] {
  if (repeatable === 'nothing') return [];
  const around = { fault, from: from - BEFORE_MS * 1000, to: to + AFTER_MS * 1000 };
  if (repeatable === 'around') return [around];
  if (repeatable === 'everything') return [{ ...around, from: 0 }];
  if ('ends' in repeatable) return [{ ...around, to, instance: repeatable.ends }];
  return [{ ...around, instance: repeatable.hits, overlaps: true }];
}

/** Where a run keeps its ledgers. */
export function folderOf(root: string, scenario: string, runtime: Runtime, seed: number): string {
  return path.join(root, `${scenario}-${runtime}-${seed}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(7)} s`;
}
