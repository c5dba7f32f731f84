import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { brokers, waitFor } from '../../support/kafka.js';
import type { Ledger } from '../../support/worker.js';

export interface ProcessOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly ledger?: Ledger;
  /** The file of the handlers, seen from here; that of this folder by default. */
  readonly processing?: string;
  readonly delayMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = number | NodeJS.Signals | null;

const here = import.meta.dirname;
const started = new Set<ServiceProcess>();

/** The service as it is deployed, `dist/src/main.js`, with a handler of the test's in it. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #ending: Promise<Ending>;
  #output = '';

  constructor({ topic, groupId, ledger, processing, delayMs = 0, env = {} }: ProcessOptions) {
    const main = join(here, '../../../dist/src/main.js');
    this.#child = spawn(process.execPath, ['--import', join(here, 'replace-processing.mjs'), main], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        NODE_OPTIONS: '',
        PORT: '0',
        KAFKA_BROKERS: brokers(),
        KAFKA_GROUP_ID: groupId,
        KAFKA_FETCH_MAX_WAIT_MS: '100',
        // Only the stop itself can be the reason of a commit.
        KAFKA_AUTO_COMMIT_INTERVAL_MS: '600000',
        STOPPING_TOPIC: topic,
        ...(ledger && { STOPPING_LEDGER: ledger.path }),
        ...(processing !== undefined && { REPLACEMENT_PROCESSING: processing }),
        STOPPING_DELAY_MS: String(delayMs),
        ...env,
      },
    });
    this.#ending = once(this.#child, 'exit').then(([code, signal]) => code ?? signal);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    started.add(this);
  }

  /** All it has printed. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<Ending> {
    return this.#ending;
  }

  /** What the service prints once it is up says where health is served. */
  async url(): Promise<string> {
    const pattern = /health is served at (http\S+?)\/health/;
    return waitFor(() => pattern.exec(this.#output)?.[1], {
      what: `the service to listen:\n${this.#output}`,
    });
  }

  /** The status of a probe, and its body. */
  async probe(name: 'live' | 'ready' | 'startup'): Promise<{ status: number; body: string }> {
    const response = await fetch(`${await this.url()}/health/${name}`);
    return { status: response.status, body: await response.text() };
  }
}

/** For `afterEach`: ends what a failed test has left. */
export async function endProcesses(): Promise<void> {
  for (const each of started) if (!each.hasEnded) each.signal('SIGKILL');
  await Promise.all([...started].map((each) => each.ended()));
  started.clear();
}
