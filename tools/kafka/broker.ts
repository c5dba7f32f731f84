import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '../tool-error.js';
import { javaCommand, quiet } from './java.js';
import { type Kept, keep } from './keeper.js';
import { waitUntilReady } from './ready.js';

export interface BrokerSettings {
  readonly nodeId: number;
  readonly port: number;
  /** Contains server.properties, the log and the data. */
  readonly folder: string;
  readonly lib: string;
  readonly heap: string;
  /** Further Java options. */
  readonly javaOptions: readonly string[];
}

/** A Kafka node that can be stopped, killed, suspended and restarted. */
export class Broker {
  readonly nodeId: number;
  readonly port: number;
  #kept: Kept | undefined;
  #running = false;

  /** @internal use `startKafka` */
  constructor(private readonly settings: BrokerSettings) {
    this.nodeId = settings.nodeId;
    this.port = settings.port;
  }

  /** The id of the Java process, undefined while it is down. */
  get pid(): number | undefined {
    return this.#running ? this.#kept?.pid : undefined;
  }

  /** Resolves with the reason once the Java process has ended. */
  async ended(): Promise<Error> {
    await this.#kept?.ended;
    const log = await readFile(this.#logFile, 'utf8').catch(() => '');
    const tail = log.trim().split('\n').slice(-12).join('\n');
    return new ToolError(
      'KAFKA_ENDED',
      `Kafka broker ${this.nodeId} ended by itself. Its last lines:\n${tail}`,
    );
  }

  /** @internal Starts the process without waiting until it answers. */
  async launch(): Promise<void> {
    const { folder, lib, heap, javaOptions } = this.settings;
    const args = [`-Xmx${heap}`, ...quiet, ...javaOptions, '-cp', path.join(lib, '*'), 'kafka.Kafka'];
    const kept = await keep({
      command: javaCommand(),
      args: [...args, path.join(folder, 'server.properties')],
      logFile: this.#logFile,
    });
    this.#kept = kept;
    this.#running = true;
    void kept.ended.then(() => {
      if (this.#kept === kept) this.#running = false;
    });
  }

  /** Shuts down cleanly, moving leadership first; killed after 30 s. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Kills it, like a power failure, even while it is suspended. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Restarts it with its data and port, and waits until it answers. */
  async restart(): Promise<void> {
    if (this.pid !== undefined) await this.stop();
    await this.launch();
    await waitUntilReady(`127.0.0.1:${this.port}`, { failed: this.ended() });
  }

  /** Suspends it: connections stay open, but nothing answers. */
  suspend(): void {
    this.#signal('SIGSTOP');
  }

  /** Resumes a suspended broker. */
  resume(): void {
    this.#signal('SIGCONT');
  }

  get #logFile(): string {
    return path.join(this.settings.folder, 'broker.log');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.#kept || this.pid === undefined) return;
    this.#signal(signal);
    const late = new AbortController();
    const killed = delay(30_000, undefined, { signal: late.signal }).then(
      () => this.#signal('SIGKILL'),
      () => undefined,
    );
    await this.#kept.ended;
    late.abort();
    await killed;
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.pid;
    if (pid === undefined) return;
    process.kill(pid, signal);
  }
}
