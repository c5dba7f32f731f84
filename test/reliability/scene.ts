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
import { disturbanceOf, type Repeatable } from './repeatable.js';

/** The slots of instances; each has its own network to the brokers. */
export const SLOTS = ['a', 'b', 'c', 'd'] as const;

/** Maximum wait for a record that harms its process, which may be behind a backlog. */
const DEED_MS = 60_000;

/** How a topic's records are handled. */
export interface StreamSpec {
  /** Ends the topic's name. */
  readonly name: string;
  /** Options of this service's handler. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Duration of a handler call; default: 5 ms. */
  readonly delayMs?: number;
  /** 12 by default. */
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
  /** The brokers that have its partitions; all three by default. */
  readonly replicas?: readonly number[];
}

/** Options of a scene. */
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
  /** Whether instances also get unreachable addresses. */
  readonly deadAddresses: boolean;
  /** Logs an event. */
  readonly say: (line: string) => void;
}

/** What scenarios act on: brokers, instances, load, and the table of all records. */
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

  /** The times in which records may be repeated. */
  get disturbances(): readonly Disturbance[] {
    return [...this.#disturbances, ...this.#deedsDone()];
  }

  /** Commits before this time belong to records that no longer count. */
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

  /** Injects a fault and records its time; `target` names what is affected. */
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

  /** Logs an event with its time. */
  say(line: string): void {
    this.options.say(`  ${(this.nowMs / 1000).toFixed(1).padStart(7)} s  ${line}`);
  }

  /** Lets time pass under load. */
  async pass(ms: number): Promise<void> {
    await sleep(ms);
  }

  /** Resolves once this many further records were handled. */
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
   * Writes a record whose handler harms its own process; resolves once that has happened. Behind a backlog this takes
   * a while; the fault counts from the time of the call.
   */
  async deed(fault: string, deed: Deed): Promise<void> {
    await this.fault(fault, 'the owner of the record', 'nothing', async () => {
      this.#deeds.add(deed);
      this.load.plan(deed);
      for (const until = this.nowMs + DEED_MS; !this.#isDone(deed) && this.nowMs < until; await sleep(50))
        this.reader.catchUp();
    });
  }

  /** Records up to now were deleted with their topic and no longer count. */
  forget(): void {
    this.reader.catchUp();
    this.table.forget();
    this.#forgotAt = micros();
  }

  /** Removes everything from an idle topic by retention. */
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

  /** Whether the handler has executed a record's command, or the record was not accepted by a broker. */
  #isDone(deed: Deed): boolean {
    const id = this.load.written.get(deed);
    if (id === undefined) return false;
    return Number.isFinite(this.table.settledAt.get(id)) || this.table.offset.get(id) === GIVEN_UP;
  }

  /** The faults caused by single records, from the time of the call. */
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

/** Nothing listens on the lowest ports. */
function betweenDead(bootstrap: string): string {
  return `127.0.0.1:1,${bootstrap},127.0.0.1:2`;
}
