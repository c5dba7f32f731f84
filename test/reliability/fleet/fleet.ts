import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { projectRoot } from '../../../tools/project.js';
import type { Runtime } from '../report/result.js';
import { GRACE_MS, PROBE, settings } from '../settings.js';
import { FailedStartsError } from './failed-starts.js';
import { Instance } from './instance.js';
import { rebalancesOf } from './vitals.js';

/** One stream of records and how it is handled. */
export interface Stream {
  readonly topic: string;
  /** Options of the handler; only this service uses them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly delayMs: number;
}

/** What all instances share. */
export interface FleetOptions {
  readonly runtime: Runtime;
  readonly groupId: string;
  readonly streams: readonly Stream[];
  readonly folder: string;
  /** Bootstrap servers for the instance of a slot. */
  readonly bootstrapOf: (slot: string) => string;
  readonly env: Readonly<Record<string, string>>;
}

/** An instance that has ended. */
export interface Exit {
  readonly name: string;
  readonly code: number;
  /** Whether it was told to end, or killed. */
  readonly expected: boolean;
}

const instances = path.join(projectRoot, 'test/reliability/instances');
const dist = path.join(projectRoot, 'dist/src/main.js');

/** The program of each runtime. */
const commands: Readonly<Record<Runtime, readonly string[]>> = {
  ours: ['--import', path.join(instances, 'ours.mjs'), dist],
  nest: [path.join(instances, 'nest.mjs')],
  kafkajs: [path.join(instances, 'kafkajs.mjs')],
};

/** Delay before an instance that has ended is restarted, like a container. */
const RESTART_MS = 1000;

/** After so many exits in a row an instance that never joined counts as one that can't start. */
const FAILED_STARTS = 3;

/** Starts the instances of a run and keeps them running. */
export class Fleet {
  readonly exits: Exit[] = [];
  readonly #running = new Map<string, Instance>();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #wanted = new Set<string>();
  readonly #ports = new Map<string, number>();
  readonly #watches = new Set<Promise<void>>();
  #probing = new AbortController();

  constructor(private readonly options: FleetOptions) {}

  /** Those that run, by slot. */
  get running(): ReadonlyMap<string, Instance> {
    return this.#running;
  }

  /** Starts an instance; `env` applies only to this start, not to restarts. */
  async start(slot: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#isThere(slot)) throw new Error(`instance ${slot} runs already`);
    this.#wanted.add(slot);
    const starting = this.#start(slot, env).finally(() => this.#starting.delete(slot));
    this.#starting.set(slot, starting);
    await starting;
  }

  async #start(slot: string, env: Readonly<Record<string, string>>): Promise<void> {
    const { runtime } = this.options;
    const instance = await Instance.start({
      slot,
      command: process.execPath,
      args: ['--disable-warning=TimeoutNegativeWarning', ...commands[runtime]],
      env: { ...(await this.#environmentOf(slot)), ...env },
      logFile: this.#logOf(slot),
    });
    this.#running.set(slot, instance);
    const watch = this.#watch(slot, instance);
    this.#watches.add(watch);
    void watch.finally(() => this.#watches.delete(watch));
  }

  /**
   * Resolves once the instance has joined its group.
   * @throws FailedStartsError if the slot's instances exit at every start
   */
  async joined(slot: string, timeoutMs = 120_000): Promise<void> {
    const hasJoined = (): boolean => {
      this.#requireNoFailedStarts(slot);
      const instance = this.#running.get(slot);
      return instance !== undefined && rebalancesOf(this.options.folder, slot, instance.pid) > 0;
    };
    await until(hasJoined, timeoutMs, `instance ${slot} has not joined its group`);
  }

  /** Resolves once one more instance has ended, and another has joined in its place. */
  async replaced(timeoutMs = 120_000): Promise<void> {
    const before = this.exits.length;
    await until(() => this.exits.length > before, timeoutMs, 'no instance has ended');
    const [slot = ''] = this.exits.at(-1)?.name.split('.') ?? [];
    await this.joined(slot);
  }

  /** Sends SIGKILL; the instance is restarted. */
  async kill(slot: string): Promise<void> {
    await this.#running.get(slot)?.kill();
  }

  /** Sends SIGTERM, and SIGKILL if that does not end it; it is not restarted. @returns its exit code */
  async stop(slot: string): Promise<number | undefined> {
    this.#wanted.delete(slot);
    await this.#starting.get(slot);
    return this.#running.get(slot)?.stop(GRACE_MS);
  }

  /** Sends SIGTERM and starts a new instance in its slot. */
  async roll(slot: string): Promise<void> {
    await this.stop(slot);
    await this.start(slot);
  }

  suspend(slot: string): void {
    this.#running.get(slot)?.signal('SIGSTOP');
  }

  resume(slot: string): void {
    this.#running.get(slot)?.signal('SIGCONT');
  }

  /** Tells an instance what to do to itself. */
  order(slot: string, order: string): void {
    writeFileSync(path.join(this.options.folder, `${slot}.control`), order);
  }

  /** The base URL of an instance. */
  urlOf(slot: string): string {
    return `http://127.0.0.1:${this.#ports.get(slot)}`;
  }

  /** Kills instances whose liveness fails, like a kubelet, until `stopAll`. */
  probe(): void {
    for (const slot of this.#wanted) void this.#probe(slot, this.#probing.signal);
  }

  /** Stops all of them. @returns their exit codes */
  async stopAll(): Promise<number[]> {
    this.#probing.abort();
    this.#probing = new AbortController();
    for (const slot of this.#running.keys()) this.resume(slot);
    const slots = new Set([...this.#wanted, ...this.#running.keys()]);
    const codes = await Promise.all([...slots].map((slot) => this.stop(slot)));
    await Promise.all(this.#watches);
    return codes.filter((code) => code !== undefined);
  }

  /** Instances that were told to end, and later instances of a slot that has ever joined, do not count. */
  #requireNoFailedStarts(slot: string): void {
    const exits = this.exits.filter(({ name }) => name.startsWith(`${slot}.`));
    const last = exits.at(-1);
    if (!last || exits.length < FAILED_STARTS) return;
    const hasJoined = ({ name }: Exit): boolean =>
      rebalancesOf(this.options.folder, slot, Number(name.slice(slot.length + 1))) > 0;
    if (exits.some((exit) => exit.expected || hasJoined(exit))) return;
    throw new FailedStartsError(slot, last.code, exits.length, this.#logOf(slot));
  }

  #logOf(slot: string): string {
    return path.join(this.options.folder, `${slot}.log`);
  }

  #isThere(slot: string): boolean {
    return this.#running.has(slot) || this.#starting.has(slot);
  }

  async #watch(slot: string, instance: Instance): Promise<void> {
    const code = await instance.ended;
    if (this.#running.get(slot) === instance) this.#running.delete(slot);
    this.exits.push({ name: `${slot}.${instance.pid}`, code, expected: instance.isExpected });
    await sleep(RESTART_MS);
    if (this.#wanted.has(slot) && !this.#isThere(slot)) await this.start(slot);
  }

  async #probe(slot: string, over: AbortSignal): Promise<void> {
    let failures = 0;
    let probed: Instance | undefined;
    while (!over.aborted) {
      await sleep(PROBE.everyMs);
      const instance = this.#running.get(slot);
      if (instance !== probed) failures = 0;
      probed = instance;
      if (!instance || (await this.#isLive(slot))) failures = 0;
      else failures += 1;
      if (failures < PROBE.failures || !instance) continue;
      failures = 0;
      await instance.stop(GRACE_MS);
    }
  }

  async #isLive(slot: string): Promise<boolean> {
    const url = `${this.urlOf(slot)}/health/live`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE.timeoutMs) });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }

  async #environmentOf(slot: string): Promise<NodeJS.ProcessEnv> {
    const { groupId, streams, folder, bootstrapOf, env } = this.options;
    const port = this.#ports.get(slot) ?? (await getPort());
    this.#ports.set(slot, port);
    return {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      NODE_OPTIONS: '--max-old-space-size=384',
      ...settings,
      LOG_LEVEL: 'info',
      PORT: String(port),
      KAFKA_CLIENT_ID: `reliability-${slot}`,
      KAFKA_GROUP_ID: groupId,
      KAFKA_BROKERS: bootstrapOf(slot),
      RELIABILITY_STREAMS: JSON.stringify(streams),
      RELIABILITY_LEDGER: folder,
      RELIABILITY_INSTANCE: slot,
      ...env,
    };
  }
}

/** Waits for a condition. @throws with the message of `otherwise` if it is not met in time */
async function until(isSo: () => boolean, timeoutMs: number, otherwise: string): Promise<void> {
  for (const end = Date.now() + timeoutMs; !isSo(); await sleep(200)) {
    if (Date.now() > end) throw new Error(`${otherwise} in ${timeoutMs / 1000} s`);
  }
}
