import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { closeClients, createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { lostOf, overtakenOf, repeatedOf } from '../../support/ledger-checks.js';
import { Ledger, Worker, type WorkerOptions } from '../../support/worker.js';

const PARTITIONS = 6;
const KEYS = 60;
const started: Worker[] = [];

function start(options: WorkerOptions): Worker {
  const worker = new Worker(options);
  started.push(worker);
  return worker;
}

/** Writes records, numbered from `from`, spread over the keys. */
async function write(topic: string, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  await produce(
    topic,
    numbers.map((number) => ({ key: `key-${number % KEYS}`, value: String(number) })),
  );
}

/** Keeps writing until it is stopped. */
class Feed {
  #written = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(topic: string) {
    this.#done = this.#run(topic);
  }

  /** @returns how many records it has written */
  async stop(): Promise<number> {
    this.#stopped = true;
    await this.#done;
    return this.#written;
  }

  async #run(topic: string): Promise<void> {
    while (!this.#stopped) {
      await write(topic, this.#written, 40);
      this.#written += 40;
      await delay(100);
    }
  }
}

function workersIn(ledger: Ledger): number {
  return new Set(ledger.entries('done').map(({ pid }) => pid)).size;
}

function joins(worker: Worker): number {
  return worker.output.split('joined as').length - 1;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.kill()));
});
afterAll(closeClients);

describe('a group that scales from one member to three and back under load', () => {
  test('a group that scales from one member to three and back under load loses, reorders and repeats nothing', async () => {
    const topic = await createTopic(uniqueName('scaling'), { partitions: PARTITIONS });
    const ledger = new Ledger();
    const options = {
      topic,
      groupId: uniqueName('scaling'),
      ledger,
      delayMs: 50,
      handler: { concurrency: 8 },
    };
    const feed = new Feed(topic);
    const first = start(options);
    await waitFor(() => workersIn(ledger) === 1, { what: 'the first member to work', timeoutMs: 60_000 });
    const [second, third] = [start(options), start(options)];
    await waitFor(() => workersIn(ledger) === 3, { what: 'all three members to work', timeoutMs: 60_000 });
    expect(await second.stop()).toBe(0);
    expect(await third.stop()).toBe(0);
    const written = await feed.stop();
    await waitFor(() => isCaughtUp(options.groupId, topic), {
      what: 'the group to catch up',
      timeoutMs: 60_000,
    });
    expect(await first.stop()).toBe(0);

    const entries = ledger.entries();
    expect(lostOf(entries, written)).toEqual([]);
    expect(overtakenOf(entries)).toEqual([]);
    expect(repeatedOf(entries)).toEqual([]);
    expect(joins(first)).toBeGreaterThanOrEqual(3);
  }, 150_000);

  test('after a kill, a group repeats at most what was in flight or not committed', async () => {
    const topic = await createTopic(uniqueName('killed'), { partitions: PARTITIONS });
    const ledger = new Ledger();
    const options = {
      topic,
      groupId: uniqueName('killed'),
      ledger,
      delayMs: 20,
      handler: { concurrency: 8 },
      env: { KAFKA_SESSION_TIMEOUT_MS: '6000', KAFKA_HEARTBEAT_INTERVAL_MS: '500' },
    };
    await write(topic, 0, 3_000);
    const [first, second] = [start(options), start(options)];
    await waitFor(() => new Set(ledger.entries('done').map(({ pid }) => pid)).size === 2, {
      what: 'both members to work',
      timeoutMs: 30_000,
    });
    first.signal('SIGKILL');
    await first.ended();
    const killedAt = Date.now();
    await waitFor(() => isCaughtUp(options.groupId, topic), {
      what: 'the group to catch up',
      timeoutMs: 60_000,
    });
    expect(await second.stop()).toBe(0);

    const entries = ledger.entries();
    expect(lostOf(entries, 3_000)).toEqual([]);
    expect(overtakenOf(entries)).toEqual([]);
    // One commit interval (500 ms) of one member's work, and its running records: 8 lanes of each partition.
    const perSecond = (1_000 / 20) * 8 * PARTITIONS;
    const doneAtKill = entries.filter(
      ({ event, pid, at }) => event === 'done' && pid === first.pid && at <= killedAt,
    );
    expect(repeatedOf(entries).length).toBeLessThanOrEqual(Math.min(doneAtKill.length, perSecond * 2));
  }, 120_000);
});
