import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaHandlerOptions } from '../../src/transport/index.js';
import { brokers } from './kafka.js';

/** A line of the ledger that workers write. */
export interface LedgerEntry {
  readonly event: 'start' | 'done' | 'failed' | 'committed';
  readonly pid: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly value: string;
  readonly at: number;
}

/** What workers did, in the order in which they did it. */
export class Ledger {
  readonly path = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'ledger.tsv');

  entries(event?: LedgerEntry['event']): LedgerEntry[] {
    if (!existsSync(this.path)) return [];
    return readFileSync(this.path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(parseEntry)
      .filter((entry) => event === undefined || entry.event === event);
  }
}

/** How a worker is to run. */
export interface WorkerOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly ledger: Ledger;
  readonly handler?: KafkaHandlerOptions;
  readonly delayMs?: number;
  /** Commit through OffsetsService after each call. */
  readonly manual?: boolean;
  /** Calls with a record whose value matches fail. */
  readonly poison?: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  /** What it runs; `worker-process.mjs` by default. */
  readonly script?: string;
}

/** A service as a process of its own. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #exit: Promise<[number | null, NodeJS.Signals | null]>;
  #output = '';

  constructor(options: WorkerOptions) {
    const script = options.script ?? join(import.meta.dirname, 'worker-process.mjs');
    this.#child = spawn(process.execPath, [script], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        KAFKA_BROKERS: options.env?.['KAFKA_BROKERS'] ?? brokers(),
        KAFKA_GROUP_ID: options.groupId,
        KAFKA_FETCH_MAX_WAIT_MS: '100',
        KAFKA_AUTO_COMMIT_INTERVAL_MS: '500',
        PORT: '0',
        WORKER_TOPIC: options.topic,
        WORKER_LEDGER: options.ledger.path,
        WORKER_OPTIONS: JSON.stringify(options.handler ?? {}),
        WORKER_DELAY_MS: String(options.delayMs ?? 0),
        ...(options.manual ? { WORKER_MANUAL: '1' } : {}),
        ...(options.poison ? { WORKER_POISON: options.poison.source } : {}),
        NODE_ENV: 'production',
        NODE_OPTIONS: '',
        ...options.env,
      },
    });
    this.#exit = once(this.#child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** All it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Where its health endpoints are; undefined until it says so. */
  get url(): string | undefined {
    return /WORKER READY (\S+)/.exec(this.#output)?.[1];
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    const [code, signal] = await this.#exit;
    return code ?? signal;
  }

  /** SIGTERM, and its exit code. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    this.signal('SIGTERM');
    return this.ended();
  }

  /** SIGKILL, if it still runs. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal('SIGKILL');
    await this.ended();
  }
}

function parseEntry(line: string): LedgerEntry {
  const [event = '', pid, topic = '', partition, offset = '', key = '', value = '', at] = line.split('\t');
  return {
    event: event as LedgerEntry['event'],
    pid: Number(pid),
    topic,
    partition: Number(partition),
    offset,
    key,
    value,
    at: Number(at),
  };
}
