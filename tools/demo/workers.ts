import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs-pinned';
import { terminalLines } from '../../src/text/terminal-safe.js';
import { withAdmin } from '../kafka/index.js';
import { ToolError } from '../tool-error.js';
import { DemoWorker } from './demo-worker.js';
import type { Call, Journal } from './journal.js';
import type { LogLine } from './log-line.js';
import { isShared } from './topic.js';

const READY_MS = 60_000;
/** Must exceed the service's own SHUTDOWN_TIMEOUT_MS. */
const STOP_MS = 40_000;

/** The demo's workers by number, starting at 1; the log lines of their handlers are added to the journal. */
export class Workers {
  readonly #running = new Map<number, DemoWorker>();

  constructor(private readonly journal: Journal) {}

  /** Starts workers; resolves once each is a member of the group and ready. @param envOf the environment of a worker */
  async start(
    count: number,
    envOf: (name: string) => NodeJS.ProcessEnv,
    kafka: Kafka,
    group: string,
  ): Promise<void> {
    const numbers = Array.from({ length: count }, (_, at) => at + 1);
    for (const number of numbers) {
      const env = envOf(`worker-${number}`);
      this.#running.set(number, await DemoWorker.start(env, (line) => this.#read(number, line)));
    }
    await Promise.all([...this.#running.values()].map((worker) => worker.ready(READY_MS)));
    await withAdmin(kafka, async (admin) => {
      const deadline = Date.now() + READY_MS;
      while (!(await isShared(admin, group, count))) {
        if (Date.now() > deadline) throw new ToolError('NOT_READY', `The group ${group} does not settle.`);
        await delay(100);
      }
    });
  }

  /** The URL of the health of a running worker. */
  get health(): string | undefined {
    return [...this.#running.values()][0]?.health;
  }

  /** Resolves with the exit code once a worker ends by itself; call it after `kill`. */
  get ended(): Promise<number> {
    return Promise.race([...this.#running.values()].map((worker) => worker.ended));
  }

  /** Kills the worker that handles the most. @returns its number, its process id, and the calls that it did not finish */
  async killBusiest(): Promise<{ number: number; pid: number; calls: Call[] }> {
    const [busiest] = [...this.#running].toSorted(
      ([a], [b]) => this.journal.running(b).length - this.journal.running(a).length,
    );
    if (!busiest) throw new Error('no worker is running');
    const [number, worker] = busiest;
    this.#running.delete(number);
    const at = Date.now();
    await worker.kill();
    return { number, pid: worker.pid, calls: this.journal.killed(number, at) };
  }

  /** Stops all workers as Kubernetes does. @returns whether all of them stopped cleanly */
  async stop(): Promise<boolean> {
    const workers = [...this.#running.values()];
    this.#running.clear();
    const codes = await Promise.all(workers.map((worker) => worker.stop(STOP_MS)));
    return codes.every((code) => code === 0);
  }

  #read(number: number, line: LogLine): void {
    if (line.kind === 'step') this.journal.add(number, line);
    if (line.kind === 'alarm') console.error(`   worker ${number}: ${terminalLines(line.text)}`);
  }
}
