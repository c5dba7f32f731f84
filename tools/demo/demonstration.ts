import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs-pinned';
import { deadLetterTopicOf } from '../../src/redelivery/index.js';
import { execute, kafkaClient, type OpenKafka, withAdmin } from '../kafka/index.js';
import { projectRoot } from '../project.js';
import { type DeadTransfer, deadTransfers } from './dead-letters.js';
import { type DemoNames, environmentFor, namesFor, SESSION_MS } from './environment.js';
import { type Call, Journal, mostAtOnce } from './journal.js';
import { accountsOf, deadLine, heading, lines, problemsOf, resultTable, workersOf } from './screen.js';
import { timeline } from './timeline.js';
import { createTopic, deleteAll, lagOf } from './topic.js';
import { ACCOUNTS, PARTITIONS, sendTransfers, TRANSFERS } from './transfers.js';
import { Workers } from './workers.js';

const WORKERS = 3;
/** How long all workers run before one of them is killed. */
const TOGETHER_MS = 3_000;
/** The demo gives up after this time without progress. */
const PATIENCE_MS = 60_000;
const DRY_RUN_MS = 60_000;

/** Runs the parts of the demo, one after another. */
export class Demonstration {
  readonly #journal = new Journal();
  readonly #names: DemoNames;
  readonly #client: Kafka;
  readonly workers = new Workers(this.#journal);

  constructor(private readonly kafka: OpenKafka) {
    this.#names = namesFor(kafka);
    this.#client = kafkaClient(kafka.bootstrap);
  }

  get #topic(): string {
    return this.#names.topic;
  }

  /** @returns problems; empty if all guarantees were kept */
  async run(): Promise<readonly string[]> {
    await createTopic(this.#client, this.#topic);
    console.log(`Starting ${WORKERS} workers ...`);
    await this.workers.start(WORKERS, (name) => this.#envOf(name), this.#client, this.#names.group);
    await sendTransfers(this.#client, this.#topic);
    console.log(
      `Sent ${TRANSFERS.length} transfers of ${ACCOUNTS.length} accounts to ${this.#topic}, with the account as key:\n` +
        `${PARTITIONS} partitions, one for each worker. A handler takes 100 to 300 ms.`,
    );
    const from = await this.#sideBySide();
    const killed = await this.#kill();
    const lag = await this.#settled();
    this.#continued(from, killed);
    const dead = await deadTransfers(this.#topic, this.#envOf('demo'));
    this.#deadLetters(dead);
    await this.#dryRun();
    const names = new Set(dead.map(({ transfer }) => transfer));
    console.log(`\nCounted from the log lines of the handlers:\n${resultTable(this.#journal, names)}`);
    return problemsOf(this.#journal, dead, lag);
  }

  /** Commands and URLs to try while the workers are running. */
  hints(): string {
    const brokers = `--brokers ${this.kafka.bootstrap}`;
    return (
      `Health: ${this.workers.health ?? '-'}\n` +
      `Dead letters: npm run consume -- ${deadLetterTopicOf(this.#topic)} ${brokers}`
    );
  }

  /** Deletes the topics in a Kafka that is not the demo's own; call it once the workers have stopped. */
  async cleanUp(): Promise<void> {
    if (this.kafka.external) await deleteAll(this.#client, this.#names);
  }

  async #sideBySide(): Promise<number> {
    while (this.#journal.calls.length === 0) await delay(10);
    const from = Math.min(...this.#journal.calls.map((call) => call.from));
    await delay(from + TOGETHER_MS - Date.now());
    heading('1. Accounts are handled concurrently, and each of them in order');
    console.log(timeline(this.#journal.calls, from, from + TOGETHER_MS, digitOf));
    lines(
      'A digit is the last one of the number of the transfer that is handled.',
      `Up to ${mostAtOnce(this.#journal.calls)} transfers at the same time.`,
    );
    return from;
  }

  async #kill(): Promise<number> {
    heading('2. A worker is killed, and nothing is lost');
    const { number, pid, calls } = await this.workers.killBusiest();
    lines(
      `SIGKILL to worker ${number} (process ${pid}), in the middle of ${calls.length} transfers of ${accountsOf(calls)}.`,
      `Kafka misses its heartbeats after ${SESSION_MS / 1_000} s; then the others take over ...`,
    );
    return number;
  }

  #continued(from: number, killed: number): void {
    const { calls } = this.#journal;
    const to = Math.max(...calls.map((call) => call.to ?? call.from));
    console.log(timeline(calls, from, to, ({ worker }) => String(worker)));
    const moved = ACCOUNTS.filter((account) => workersOf(this.#journal, account)[0] === killed);
    const others = new Set(
      moved.flatMap((account) => workersOf(this.#journal, account)).filter((each) => each !== killed),
    );
    const { again } = this.#journal.outcomeOf(TRANSFERS, new Set());
    lines(
      'A digit is the worker, x a call that failed, # where the worker died.',
      `Worker ${[...others].join(' and ')} continued with ${moved.join(', ')}.`,
      `${again} transfers that were handled but not yet committed were handled again: delivery is at least once.`,
    );
  }

  #deadLetters(dead: readonly DeadTransfer[]): void {
    heading(`3. What can't be handled is stored in ${deadLetterTopicOf(this.#topic)}, with the reason`);
    lines(...dead.map(deadLine), 'The next transfers of these accounts were handled after that.');
  }

  async #dryRun(): Promise<void> {
    heading('4. A dry run says what would happen to dead letters that are sent back');
    const args = ['dlq', 'replay', this.#topic, '--dry-run'];
    lines(`$ ${args.join(' ')}`);
    const cli = path.join(projectRoot, 'dist/tools/demo/worker/cli.js');
    const env = { ...this.#envOf('demo'), LOG_LEVEL: 'error' };
    const { stdout, stderr } = await execute(process.execPath, [...process.execArgv, cli, ...args], {
      timeoutMs: DRY_RUN_MS,
      env,
    });
    lines(...`${stdout}${stderr}`.trim().split('\n'));
  }

  /**
   * Waits until everything is committed. @returns the number of uncommitted records, if there is no progress any more
   */
  async #settled(): Promise<number> {
    return withAdmin(this.#client, async (admin) => {
      let before = '';
      let deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const lag = await lagOf(admin, this.#names);
        if (lag === 0) return 0;
        const state = `${lag} ${this.#journal.calls.length}`;
        if (state !== before) deadline = Date.now() + PATIENCE_MS;
        else if (Date.now() > deadline) return lag;
        before = state;
        await delay(250);
      }
    });
  }

  #envOf(clientId: string): NodeJS.ProcessEnv {
    return environmentFor(this.kafka, this.#names, clientId);
  }
}

function digitOf({ transfer }: Call): string {
  return String(transfer.number % 10);
}
