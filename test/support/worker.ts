import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaHandlerOptions } from '../../src/transport/index.js';
import { brokers } from './kafka.js';

/** A line of the ledger written by workers. */
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

/** The actions of all workers, in order. */
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

/** Options of a worker. */
export interface WorkerOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly ledger: Ledger;
  readonly handler?: KafkaHandlerOptions;
  readonly delayMs?: number;
  /** Whether to commit through OffsetsService after each call. */
  readonly manual?: boolean;
  /** Calls with a record whose value matches fail. */
  readonly poison?: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  /** The script it runs; default `worker-process.mjs`. */
  readonly script?: string;
}

/** A service in its own process. */
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

  /** Its whole output. */
  get output(): string {
    return this.#output;
  }

  /** Base URL of its health endpoints; undefined until it has logged them. */
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

  /** Sends SIGTERM; resolves with its exit code. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    this.signal('SIGTERM');
    return this.ended();
  }

  /** Sends SIGKILL if it is still running. */
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
