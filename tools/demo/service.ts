import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { keep, type Kept } from '../kafka/index.js';
import { projectRoot } from '../project.js';
import { messageOf, ToolError } from '../tool-error.js';
import { type LogLine, parseLogLine } from './log-line.js';

/** The built service in its own process, which ends with the demo however that ends. */
export class DemoService {
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  #exitCode: number | undefined;

  private constructor(
    private readonly kept: Kept,
    /** Base URL of its HTTP endpoints. */
    readonly url: string,
  ) {
    this.ended = kept.ended.then((code) => (this.#exitCode = code));
  }

  /** @param onLine called for each line that the service writes */
  static async start(
    port: number,
    env: NodeJS.ProcessEnv,
    onLine: (line: LogLine) => void,
  ): Promise<DemoService> {
    const kept = await keep({
      command: process.execPath,
      args: [...process.execArgv, path.join(projectRoot, 'dist/src/main.js')],
      env,
      cwd: projectRoot,
    });
    for (const stream of [kept.output, kept.errors]) {
      if (stream) readLines(stream, onLine);
    }
    return new DemoService(kept, `http://127.0.0.1:${port}`);
  }

  /** Resolves once the service consumes from Kafka. */
  async ready(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const problem = await this.#readinessProblem();
      if (problem === undefined) return;
      if (this.#exitCode !== undefined) {
        throw new ToolError(
          'SERVICE_ENDED',
          `The service ended at its start with exit code ${this.#exitCode}.`,
        );
      }
      if (Date.now() > deadline) {
        throw new ToolError('NOT_READY', `The service is not ready after ${timeoutMs} ms: ${problem}`);
      }
      await delay(200);
    }
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
    try {
      const response = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      const body = await response.text();
      return response.ok ? undefined : body;
    } catch (error) {
      return messageOf(error);
    }
  }
}

function readLines(stream: Readable, onLine: (line: LogLine) => void): void {
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => {
    if (line.trim() !== '') onLine(parseLogLine(line));
  });
}
