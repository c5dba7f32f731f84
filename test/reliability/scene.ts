import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from './checks/repeats.js';
import { type Micros, micros } from './clock.js';
import type { Cluster } from './cluster/cluster.js';
import { Fleet } from './fleet/fleet.js';
import { LedgerReader } from './ledger/ledger-reader.js';
import { GIVEN_UP, RecordTable } from './ledger/record-table.js';
import { type Deed, Load, type LoadTopic } from './load/load.js';
import type { FaultEvent, Runtime } from './report/result.js';
import { AFTER_MS, UNCOMMITTED_MS } from './settings.js';

/** The places for instances; each has a network of its own to the brokers. */
export const SLOTS = ['a', 'b', 'c', 'd'] as const;

/**
 * What may be handled again because of a fault: nothing; what the instance that it ends had handled last; what was
 * handled by the instance that it hits, or by anybody, from shortly before it until everybody knows of it; or
 * whatever ever was.
 */
export type Repeatable =
  'nothing' | { readonly ends: string } | { readonly hits: string } | 'around' | 'everything';

/** How long a record that harms its handler's process is waited for: it may lie behind a backlog. */
const DEED_MS = 60_000;

/** How a topic's records are handled. */
export interface StreamSpec {
  /** Ends the topic's name. */
  readonly name: string;
  /** Options of this service's handler. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How long a handler takes for a record, or a batch; 5 ms by default. */
  readonly delayMs?: number;
  /** 12 by default. */
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
  /** The brokers that have its partitions; all three by default. */
  readonly replicas?: readonly number[];
}

/** What a scene is made of. */
export interface SceneOptions {
  readonly cluster: Cluster;
  /** Begins the names of its topics and of its group. */
  readonly name: string;
  readonly runtime: Runtime;
  readonly seed: number;
  /** Where ledgers and logs go. */
  readonly folder: string;
  readonly streams: readonly StreamSpec[];
  readonly instances: number;
  readonly rate: number;
  readonly keys: number;
  readonly deedOf: (id: number) => Deed | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Whether instances are given addresses that nobody listens at, too. */
  readonly deadAddresses: boolean;
  /** Says what happens. */
  readonly say: (line: string) => void;
}

/** What scenarios act on: brokers, instances, load, and the ledger of what became of each record. */
export class Scene {
  readonly table = new RecordTable();
  readonly topics: readonly LoadTopic[];
  readonly groupId: string;
  readonly load: Load;
  readonly fleet: Fleet;
  readonly cluster: Cluster;
  readonly seed: number;
  readonly reader: LedgerReader;
  readonly #faults: FaultEvent[] = [];
  readonly #disturbances: Disturbance[] = [];
  readonly #deeds = new Set<Deed>();
  readonly #began = micros();
  #forgotAt = 0;

  constructor(private readonly options: SceneOptions) {
    const { cluster, name, runtime, seed, folder, streams, rate, keys, deedOf, env } = options;
    this.cluster = cluster;
    this.seed = seed;
    this.groupId = `${name}-group`;
    mkdirSync(folder, { recursive: true });
    this.topics = streams.map((stream) => ({
      topic: `${name}-${stream.name}`,
      partitions: stream.partitions ?? 12,
    }));
    this.reader = new LedgerReader(folder, this.table);
    this.load = new Load(cluster.client, this.table, { topics: this.topics, keys, rate, deedOf });
    this.fleet = new Fleet({
      runtime,
      groupId: this.groupId,
      streams: streams.map(({ options: handler = {}, delayMs = 5 }, i) => ({
        topic: this.topicAt(i),
        options: handler,
        delayMs,
      })),
      folder,
      bootstrapOf: (slot) =>
        options.deadAddresses ? betweenDead(cluster.bootstrapFor(slot)) : cluster.bootstrapFor(slot),
      env,
    });
  }

  /** Milliseconds since the start. */
  get nowMs(): number {
    return Math.round((micros() - this.#began) / 1000);
  }

  /** Where ledgers, logs and marks for handlers are. */
  get folder(): string {
    return this.options.folder;
  }

  get faults(): readonly FaultEvent[] {
    return this.#faults;
  }

  /** When what may be handled again was handled. */
  get disturbances(): readonly Disturbance[] {
    return [...this.#disturbances, ...this.#deedsDone()];
  }

  /** Commits before this time were of what was forgotten. */
  get forgotAt(): Micros {
    return this.#forgotAt;
  }

  topicAt(stream: number): string {
    const found = this.topics[stream];
    if (!found) throw new Error(`there is no stream ${stream}`);
    return found.topic;
  }

  /** Creates its topics. */
  async createTopics(): Promise<void> {
    for (const [i, { topic, partitions }] of this.topics.entries()) {
      const { config, replicas } = this.options.streams[i] ?? {};
      await this.cluster.createTopic(topic, partitions, config, replicas);
    }
  }

  /** Starts its instances and waits for all of them to join. */
  async startInstances(): Promise<void> {
    const slots = SLOTS.slice(0, this.options.instances);
    await Promise.all(slots.map((slot) => this.fleet.start(slot)));
    await Promise.all(slots.map((slot) => this.fleet.joined(slot)));
  }

  /** Starts load and instances, and waits until records flow. */
  async begin(): Promise<void> {
    await this.load.start();
    await this.startInstances();
    await this.handledMore(1000);
  }

  /** Does harm, and writes down when. `target` names what is hit. */
  async fault<T>(
    fault: string,
    target: string,
    repeatable: Repeatable,
    work: () => Promise<T> | T,
  ): Promise<T> {
    const from = micros();
    const event = { fault, target, fromMs: this.nowMs };
    this.say(`${fault}: ${target}`);
    try {
      return await work();
    } finally {
      this.#faults.push({ ...event, toMs: this.nowMs });
      this.#disturbances.push(...disturbanceOf(fault, from, micros(), repeatable));
    }
  }

  /** Says what happens, and when. */
  say(line: string): void {
    this.options.say(`  ${(this.nowMs / 1000).toFixed(1).padStart(7)} s  ${line}`);
  }

  /** Lets time pass under load. */
  async pass(ms: number): Promise<void> {
    await sleep(ms);
  }

  /** Resolves once so many records more were handled. */
  async handledMore(count: number, timeoutMs = 60_000): Promise<void> {
    const target = this.table.handled + count;
    const until = this.nowMs + timeoutMs;
    while (this.table.handled < target) {
      this.reader.catchUp();
      if (this.nowMs > until) {
        const done = this.table.handled - target + count;
        throw new Error(`${done} of ${count} records more were handled within ${timeoutMs / 1000} s`);
      }
      await sleep(50);
    }
  }

  /**
   * Writes a record whose handler harms its own process, and resolves once it was done. Behind a backlog that takes
   * a while; what it harms counts from when it is handled.
   */
  async deed(fault: string, deed: Deed): Promise<void> {
    await this.fault(fault, 'whoever has the record', 'nothing', async () => {
      this.#deeds.add(deed);
      this.load.plan(deed);
      for (const until = this.nowMs + DEED_MS; !this.#isDone(deed) && this.nowMs < until; await sleep(50))
        this.reader.catchUp();
    });
  }

  /** What was written up to now went with its topic: nothing of it counts. */
  forget(): void {
    this.reader.catchUp();
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
    this.reader.catchUp();
    this.table.removeOpen();
  }

  /** Whether a record's handler has done what the record asks for, or nobody has taken the record. */
  #isDone(deed: Deed): boolean {
    const id = this.load.written.get(deed);
    if (id === undefined) return false;
    return Number.isFinite(this.table.settledAt.get(id)) || this.table.offset.get(id) === GIVEN_UP;
  }

  /** The harm of single records, from when it was done. */
  #deedsDone(): Disturbance[] {
    return [...this.#deeds].flatMap((deed) => {
      const id = this.load.written.get(deed);
      const mark = path.join(this.options.folder, `once-${id}`);
      if (id === undefined || !existsSync(mark)) return [];
      const from = Number(readFileSync(mark, 'utf8'));
      return disturbanceOf(deed.do ?? 'deed', from, this.table.settledAt.get(id), 'around');
    });
  }
}

/** Nobody listens at the lowest ports, and may not. */
function betweenDead(bootstrap: string): string {
  return `127.0.0.1:1,${bootstrap},127.0.0.1:2`;
}

function disturbanceOf(
  fault: string,
  from: Micros,
  to: Micros,
  repeatable: Repeatable,
): readonly Disturbance[] {
  if (repeatable === 'nothing') return [];
  const around = { fault, from, uncommittedFor: UNCOMMITTED_MS * 1000, to: to + AFTER_MS * 1000 };
  if (repeatable === 'around') return [around];
  if (repeatable === 'everything') return [{ ...around, from: 0 }];
  if ('ends' in repeatable) return [{ ...around, to, instance: repeatable.ends }];
  return [{ ...around, instance: repeatable.hits, overlaps: true }];
}
