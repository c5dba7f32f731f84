import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokers, waitFor } from './kafka.js';

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = number | NodeJS.Signals | null;

/** Options of a process. */
export interface MainOptions {
  /** By default `dist/src/main.js`. */
  readonly main?: string;
  /** The preloaded file that replaces the service's handlers by those of the test. */
  readonly preload: string;
  /** Environment variables in addition to the broker, a free port and a short fetch wait. */
  readonly env: Readonly<Record<string, string>>;
}

const unbundled = join(import.meta.dirname, '../../dist/src/main.js');
const started = new Set<MainProcess>();

/** The service with a test's handlers. It is not bundled, since the handlers are replaced file by file. */
export class MainProcess {
  readonly #child: ChildProcess;
  readonly #ending: Promise<Ending>;
  #output = '';

  constructor({ main = unbundled, preload, env }: MainOptions) {
    this.#child = spawn(process.execPath, ['--import', preload, main], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        NODE_OPTIONS: '',
        PORT: '0',
        KAFKA_BROKERS: brokers(),
        KAFKA_GROUP_ID: 'main-process',
        KAFKA_FETCH_MAX_WAIT_MS: '100',
        ...env,
      },
    });
    this.#ending = once(this.#child, 'close').then(([code, signal]) => code ?? signal);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    started.add(this);
  }

  /** Its whole output. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Its peak memory, from the kernel. */
  get peakBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return 1_024 * Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves once it has ended and its output is complete. */
  ended(): Promise<Ending> {
    return this.#ending;
  }

  /** The base URL of the health endpoints, from the service's output. */
  async url(): Promise<string> {
    return waitFor(() => /health is served at (http\S+?)\/health/.exec(this.#output)?.[1], {
      what: 'the service to listen',
      timeoutMs: 60_000,
    });
  }
}

/** Ends the processes that a test has left running; for `afterEach`. */
export async function endProcesses(): Promise<void> {
  for (const each of started) if (!each.hasEnded) each.signal('SIGKILL');
  await Promise.all([...started].map((each) => each.ended()));
  started.clear();
}
