import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokers } from '../../support/kafka.js';

/** How a command ended. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The group of the test's handler. */
export const GROUP = 'dlq-tests';

const here = import.meta.dirname;
const started = new Set<CliProcess>();

/** Runs `dist/src/cli.js dlq`, as in the image, with the test's handler. */
export class CliProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<[number | null, NodeJS.Signals | null]>;
  #stdout = '';
  #stderr = '';

  constructor(topic: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const cli = join(here, '../../../dist/src/cli.js');
    this.#child = spawn(
      process.execPath,
      ['--import', join(here, 'replace-processing.mjs'), cli, 'dlq', ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          NODE_ENV: 'production',
          NODE_OPTIONS: '',
          KAFKA_BROKERS: brokers(),
          KAFKA_GROUP_ID: GROUP,
          DLQ_TOPIC: topic,
          ...env,
        },
      },
    );
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#closed = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    started.add(this);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<Ended> {
    const [code, signal] = await this.#closed;
    return { code: code ?? signal, stdout: this.#stdout, stderr: this.#stderr };
  }
}

/** Runs a command to its end. */
export function dlq(
  topic: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new CliProcess(topic, args, env).ended();
}

/** Runs a command with `--json` and returns the parsed output. */
export async function dlqJson(
  topic: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { code, stdout, stderr } = await dlq(topic, [...args, '--json'], env);
  if (code !== 0) throw new Error(`dlq ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Writes a module for `--transform` and returns its path. */
export function moduleFile(name: string, code: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'transform-')), name);
  writeFileSync(path, code);
  return path;
}

/** For `afterEach`: ends processes that a failed test has left. */
export async function endProcesses(): Promise<void> {
  for (const each of started) if (!each.hasEnded) each.signal('SIGKILL');
  await Promise.all([...started].map((each) => each.ended()));
  started.clear();
}
