import { readFileSync } from 'node:fs';
import { type Kept, keep } from '../../../tools/kafka/index.js';

/** How to start an instance. */
export interface Start {
  readonly slot: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

/** A service process that ends with the harness in any case. */
export class Instance {
  #ended = false;
  #expected = false;

  private constructor(
    readonly slot: string,
    private readonly kept: Kept,
  ) {
    void kept.ended.then(() => (this.#ended = true));
  }

  static async start({ slot, command, args, env, logFile }: Start): Promise<Instance> {
    return new Instance(slot, await keep({ command, args, env, logFile }));
  }

  /** Whether the harness has told it to end. */
  get isExpected(): boolean {
    return this.#expected;
  }

  get pid(): number {
    return this.kept.pid;
  }

  /** Resolves with the exit code; 128 plus the signal's number if a signal ended it. */
  get ended(): Promise<number> {
    return this.kept.ended;
  }

  /** Sends SIGKILL; resolves once it has ended. */
  async kill(): Promise<void> {
    this.#expected = true;
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Sends SIGTERM, and SIGKILL if that does not end it in time. @returns its exit code */
  async stop(graceMs: number): Promise<number> {
    this.#expected = true;
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#ended) return;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // It has ended, but the event was not delivered yet.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Its resident memory in bytes; 0 once it has ended. */
  get rssBytes(): number {
    try {
      return Number(readFileSync(`/proc/${this.pid}/statm`, 'latin1').split(' ')[1]) * 4096;
    } catch {
      return 0;
    }
  }
}
