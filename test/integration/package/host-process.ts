import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { waitFor } from '../../support/kafka.js';

/** A new process namespace, in which the program is process 1. */
const NAMESPACE = ['--map-root-user', '--pid', '--fork', '--mount-proc'];

/** Whether this machine permits to run a program as process 1. */
export const canRunAsProcess1 = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0;

const ENDED = 'ended';

/** How an application is started. */
export interface HostStart {
  /** The file in `dist`, without its extension. Default `main`. */
  readonly entry?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs it as process 1, as in a container. */
  readonly asProcess1?: boolean;
}

/** An application, running. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  output = '';

  constructor(
    folder: string,
    private readonly how: HostStart,
  ) {
    const { entry = 'main', env, asProcess1 = false } = how;
    const program = [process.execPath, `dist/${entry}.js`];
    const [command = '', ...args] = asProcess1 ? ['unshare', ...NAMESPACE, ...program] : program;
    this.#child = spawn(command, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /**
   * What it listens at, once it does: its base URL, or Kafka.
   * @throws if it ends before, with its output
   */
  async listening(): Promise<string> {
    const listened = (): string | undefined =>
      this.#hasEnded ? ENDED : /(?:listening|served) at ([^\s"]+)/.exec(this.output)?.[1];
    const found = await waitFor(listened, { what: 'the application to listen', timeoutMs: 30_000 });
    if (found === ENDED) throw new Error(this.output);
    return found;
  }

  /** Resolves once it has written a text. */
  async written(text: string): Promise<void> {
    await waitFor(() => this.output.includes(text), { what: `"${text}"`, timeoutMs: 60_000 });
  }

  /** Sends SIGTERM; resolves with its exit code, or with the signal that has ended it. */
  async terminate(): Promise<unknown> {
    process.kill(this.#pid, 'SIGTERM');
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }

  kill(): void {
    if (!this.#hasEnded) process.kill(this.#pid, 'SIGKILL');
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** That of the application: unshare is its parent. */
  get #pid(): number {
    const pid = this.#child.pid ?? 0;
    if (this.how.asProcess1 !== true) return pid;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }
}
