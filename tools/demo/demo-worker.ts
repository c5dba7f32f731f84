import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { keep, type Kept } from '../kafka/index.js';
import { projectRoot } from '../project.js';
import { messageOf, ToolError } from '../tool-error.js';
import { type LogLine, parseLogLine } from './log-line.js';

/** The demo's service in its own process, which ends with the demo however that ends. */
export class DemoWorker {
  /** Resolves with the exit code, once all its lines were read. */
  readonly ended: Promise<number>;
  /** Where its health is, once its log has said so. */
  health: string | undefined;
  #exitCode: number | undefined;

  private constructor(
    private readonly kept: Kept,
    private readonly onLine: (line: LogLine) => void,
  ) {
    const read = [kept.output, kept.errors].map((stream) => stream && this.#read(stream));
    this.ended = Promise.all([kept.ended, ...read]).then(([code]) => (this.#exitCode = code));
  }

  /** @param onLine called for each line that the service writes */
  static async start(env: NodeJS.ProcessEnv, onLine: (line: LogLine) => void): Promise<DemoWorker> {
    const kept = await keep({
      command: process.execPath,
      args: [...process.execArgv, path.join(projectRoot, 'dist/tools/demo/worker/main.js')],
      env,
      cwd: projectRoot,
    });
    return new DemoWorker(kept, onLine);
  }

  get pid(): number {
    return this.kept.pid;
  }

  /** Resolves once the service consumes from Kafka. */
  async ready(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const problem = await this.#readinessProblem();
      if (problem === undefined) return;
      if (this.#exitCode !== undefined) {
        throw new ToolError('SERVICE_ENDED', `A worker ended at its start with exit code ${this.#exitCode}.`);
      }
      if (Date.now() > deadline) {
        throw new ToolError('NOT_READY', `A worker is not ready after ${timeoutMs} ms: ${problem}`);
      }
      await delay(200);
    }
  }

  /** Ends the process at once, as a machine does that fails. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.ended;
  }

  /** Stops the service as Kubernetes does; resolves with its exit code. */
  async stop(timeoutMs: number): Promise<number> {
    this.#signal('SIGTERM');
    const late = new AbortController();
    const limit = delay(timeoutMs, undefined, { signal: late.signal }).then(
      () => this.#signal('SIGKILL'),
      () => undefined,
    );
    const code = await this.ended;
    late.abort();
    await limit;
    return code;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#exitCode !== undefined) return;
    try {
      process.kill(this.kept.pid, signal);
    } catch {
      // The process has already ended.
    }
  }

  async #readinessProblem(): Promise<string | undefined> {
    if (this.health === undefined) return 'it is starting';
    try {
      const response = await fetch(`${this.health}/ready`, { signal: AbortSignal.timeout(2_000) });
      const body = await response.text();
      return response.ok ? undefined : body;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #read(stream: Readable): Promise<void> {
    for await (const line of createInterface({ input: stream })) {
      if (line.trim() === '') continue;
      const parsed = parseLogLine(line);
      if (parsed.kind === 'started') this.health = parsed.health;
      this.onLine(parsed);
    }
  }
}
