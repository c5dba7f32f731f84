import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from './pod.js';
import { probeAgainAndAgain, type ProbeName, type ProbeResult } from './probe-worker.js';

/** How a container ended: its exit code, or the signal that ended it. */
export type Ending = number | NodeJS.Signals | null;

/** Options of a pod. */
export interface Placement {
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Node options, before the image's own arguments. */
  readonly nodeArguments: readonly string[];
  readonly speed: number;
  readonly graceMs: number;
}

/** For `afterEach`. */
export const kubelets = new Set<Kubelet>();

/**
 * Runs one pod like a kubelet: starts its container, probes it, restarts it when it has ended or when startup or
 * liveness fail, and ends it with SIGTERM, a grace period and SIGKILL.
 */
export class Kubelet {
  /** Every probe's result, in order. */
  readonly results: ProbeResult[] = [];
  /** How each container ended. */
  readonly endings: Ending[] = [];
  /** The probes that caused restarts. */
  readonly killedFor: ProbeName[] = [];
  #ready = false;
  #output = '';
  #deleted = false;
  #container: ChildProcess;
  readonly #gone: Promise<void>;

  constructor(
    private readonly pod: Pod,
    private readonly placement: Placement,
  ) {
    this.#container = this.#start();
    this.#gone = this.#keepRunning();
    kubelets.add(this);
  }

  /** Whether the pod counts as ready for Services, rollouts and disruption budgets. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The output of all of its containers. */
  get output(): string {
    return this.#output;
  }

  /** The endpoint that a probe asks. */
  url(probe: ProbeName): string {
    const { httpGet } = this.#spec(probe);
    return `http://127.0.0.1:${this.placement.port}${httpGet.path}`;
  }

  /** Results of one probe. */
  resultsOf(probe: ProbeName): ProbeResult[] {
    return this.results.filter((result) => result.probe === probe);
  }

  /** Sends a signal to the container without the kubelet's knowledge. */
  signal(signal: NodeJS.Signals): void {
    this.#container.kill(signal);
  }

  /** Deletes the pod; resolves once its container is gone. */
  async delete(): Promise<Ending> {
    this.#deleted = true;
    await this.#kill(this.#container);
    await this.#gone;
    return this.endings.at(-1) ?? null;
  }

  /** Kills it, for cleaning up. */
  async destroy(): Promise<void> {
    this.#deleted = true;
    this.signal('SIGKILL');
    await this.#gone;
  }

  async #keepRunning(): Promise<void> {
    for (;;) {
      const container = this.#container;
      const over = new AbortController();
      const probes = this.#probeUntil(over.signal, container);
      // Not `exit`, which may precede the last log output.
      const [code, signal] = await once(container, 'close');
      over.abort();
      await probes;
      this.#ready = false;
      this.endings.push(code ?? signal);
      if (this.#deleted) return;
      this.#container = this.#start();
    }
  }

  #start(): ChildProcess {
    const { environment, nodeArguments } = this.placement;
    const container = spawn(process.execPath, [...nodeArguments, ...this.pod.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    });
    for (const stream of [container.stdout, container.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    return container;
  }

  /** Startup first; liveness and readiness once it has succeeded. */
  async #probeUntil(over: AbortSignal, container: ChildProcess): Promise<void> {
    const started = new AbortController();
    await this.#probe('startupProbe', AbortSignal.any([over, started.signal]), (healthy) => {
      if (healthy) started.abort();
      else this.#restart('startupProbe', container);
    });
    await Promise.all([
      this.#probe('livenessProbe', over, (healthy) => {
        if (!healthy) this.#restart('livenessProbe', container);
      }),
      this.#probe('readinessProbe', over, (healthy) => {
        this.#ready = healthy;
      }),
    ]);
  }

  async #probe(probe: ProbeName, signal: AbortSignal, onVerdict: (healthy: boolean) => void): Promise<void> {
    await probeAgainAndAgain(this.#spec(probe), {
      url: this.url(probe),
      speed: this.placement.speed,
      signal,
      onResult: (healthy, answer) => this.results.push({ probe, healthy, answer }),
      onVerdict,
    });
  }

  #restart(probe: ProbeName, container: ChildProcess): void {
    // One that is being ended already is not restarted.
    if (this.#deleted || container.killed) return;
    this.killedFor.push(probe);
    void this.#kill(container);
  }

  async #kill(container: ChildProcess): Promise<void> {
    container.kill('SIGTERM');
    const ended = new AbortController();
    container.once('close', () => ended.abort());
    const isLate = await sleep(this.placement.graceMs, true, { signal: ended.signal }).catch(() => false);
    if (isLate) container.kill('SIGKILL');
  }

  #spec(probe: ProbeName): NonNullable<Pod['container'][ProbeName]> {
    const spec = this.pod.container[probe];
    if (!spec) throw new Error(`the pod has no ${probe}`);
    return spec;
  }
}
