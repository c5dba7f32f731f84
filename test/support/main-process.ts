import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokers, waitFor } from './kafka.js';

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = number | NodeJS.Signals | null;

/** What a process is started with. */
export interface MainOptions {
  /** By default `dist/src/main.js`. */
  readonly main?: string;
  /** The file that puts the test's handlers into the service, before it loads. */
  readonly preload: string;
  /** What a deployment would set; the broker, a free port and a quick fetch are given. */
  readonly env: Readonly<Record<string, string>>;
}

const unbundled = join(import.meta.dirname, '../../dist/src/main.js');
const started = new Set<MainProcess>();

/** The service, with a test's handlers in it: not bundled, for these take the place of others as files. */
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

  /** All it has printed. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The most memory that it has had at once, as the kernel counts it. */
  get peakBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return 1_024 * Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves once it has ended, and all it has printed is known. */
  ended(): Promise<Ending> {
    return this.#ending;
  }

  /** What the service prints once it is up says where health is served. */
  async url(): Promise<string> {
    return waitFor(() => /health is served at (http\S+?)\/health/.exec(this.#output)?.[1], {
      what: 'the service to listen',
      timeoutMs: 60_000,
    });
  }
}

/** For `afterEach`: ends what a test has left. */
export async function endProcesses(): Promise<void> {
  for (const each of started) if (!each.hasEnded) each.signal('SIGKILL');
  await Promise.all([...started].map((each) => each.ended()));
  started.clear();
}
