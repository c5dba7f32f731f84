import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import {
  committedOffsets,
  createTopic,
  isCaughtUp,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { lostOf, overtakenOf } from '../../support/ledger-checks.js';
import { readTopic, type StoredRecord } from '../../support/read-topic.js';
import { Ledger, Worker } from '../../support/worker.js';

jest.setTimeout(120_000);

const env = {
  KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
  KAFKA_SESSION_TIMEOUT_MS: '6000',
  KAFKA_HEARTBEAT_INTERVAL_MS: '500',
};
const PATIENCE = { timeoutMs: 60_000, everyMs: 20 };
const workers: Worker[] = [];
beforeAll(() => Logger.overrideLogger(false));
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});

interface Scene {
  readonly topic: string;
  readonly groupId: string;
  readonly ledger: Ledger;
  start(poison?: RegExp): Worker;
}

async function scene(handler: KafkaHandlerOptions, partitions = 2, delayMs = 5): Promise<Scene> {
  const topic = await createTopic(uniqueName('killed'), { partitions });
  const groupId = uniqueName('group');
  const ledger = new Ledger();
  const start = (poison?: RegExp): Worker => {
    const worker = new Worker({ topic, groupId, ledger, handler, delayMs, env, ...(poison && { poison }) });
    workers.push(worker);
    return worker;
  };
  return { topic, groupId, ledger, start };
}

const originOf = ({ headers }: StoredRecord): string =>
  `${headers['dlt-original-partition']}/${headers['dlt-original-offset']}`;

describe('kill -9 of a service that writes dead letters', () => {
  const COUNT = 1_000;
  const isPoison = (n: number): boolean => n % 10 === 3;

  test('kill -9 while dead letters are written loses none, and repeats only uncommitted records', async () => {
    const { topic, groupId, ledger, start } = await scene({ retry: { attempts: 1 }, deadLetterLimit: false });
    const values = Array.from({ length: COUNT }, (_, n) => n);
    await produce(
      topic,
      values.map((n) => ({ key: `k${n % 20}`, value: `${n}`, partition: n % 2 })),
    );
    const known = new Set<string>();
    let repeats = 0;
    for (let kill = 0; kill < 2; kill++) {
      const before = ledger.entries('done').length;
      const worker = start(/3$/);
      await waitFor(() => ledger.entries('done').length > before + 150, {
        ...PATIENCE,
        what: `records: ${worker.output}`,
      });
      await sleep(Math.random() * 300);
      await worker.kill();
      const committed = await committedOffsets(groupId, topic);
      const letters = (await readTopic(`${topic}.dlt`)).map(originOf);
      repeats += letters.length - known.size - new Set(letters.filter((at) => !known.has(at))).size;
      for (const at of letters) known.add(at);
      // Nothing is committed past a record that is neither handled nor stored.
      const handled = new Set(
        ledger.entries('done').map(({ partition, offset }) => `${partition}/${offset}`),
      );
      for (const [partition, offset] of committed) {
        const missing = Array.from({ length: Number(offset) }, (_, at) => `${partition}/${at}`).filter(
          (at) => !handled.has(at) && !known.has(at),
        );
        expect(missing).toEqual([]);
      }
    }
    const last = start(/3$/);
    await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: `the end: ${last.output}` });
    const letters = await readTopic(`${topic}.dlt`);
    const kept = new Set(letters.map(({ value }) => Number(value)));
    expect([...kept].toSorted((a, b) => a - b)).toEqual(values.filter(isPoison));
    expect(lostOf(ledger.entries(), COUNT).filter((n) => !isPoison(n))).toEqual([]);
    // A kill repeats the poison records beyond the last commit: a tenth of the records between two commits.
    expect(letters.length - kept.size).toBeLessThan(kept.size);
    expect(repeats).toBeGreaterThanOrEqual(0);
    expect(overtakenOf(ledger.entries())).toEqual([]);
  });

  test('kill -9 between a dead letter and its commit repeats only that record', async () => {
    const { topic, groupId, ledger, start } = await scene({ retry: { attempts: 1 } }, 1);
    await produce(
      topic,
      Array.from({ length: 50 }, (_, n) => ({ key: `k${n}`, value: n === 20 ? 'bad' : `${n}` })),
    );
    const slow = new Worker({
      topic,
      groupId,
      ledger,
      handler: { retry: { attempts: 1 } },
      poison: /bad/,
      env: { ...env, KAFKA_AUTO_COMMIT_INTERVAL_MS: '60000' },
    });
    workers.push(slow);
    await waitFor(async () => (await readTopic(`${topic}.dlt`)).length === 1, {
      ...PATIENCE,
      what: 'the letter',
    });
    await slow.kill();
    expect((await committedOffsets(groupId, topic)).get(0) ?? 0n).toBe(0n);
    start(/bad/);
    await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: 'the end' });
    expect((await readTopic(`${topic}.dlt`)).map(originOf)).toEqual(['0/20', '0/20']);
    expect(lostOf(ledger.entries(), 50)).toEqual([20]);
  });
});

test('kill -9 while a record of a retry topic is handled repeats only that record', async () => {
  const { topic, groupId, ledger, start } = await scene(
    { onFailure: 'retry-topic', delays: ['1s'], retry: { attempts: 1 } },
    1,
    0,
  );
  const COUNT = 20;
  await produce(
    topic,
    Array.from({ length: COUNT }, (_, n) => ({ key: `k${n}`, value: `${n}` })),
  );
  const retryTopic = `${topic}.${groupId}.retry.1s`;
  const first = start(/./);
  await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: `the source: ${first.output}` });
  await first.kill();
  expect(await readTopic(retryTopic)).toHaveLength(COUNT);

  // The next process hangs in its calls, so due records are being handled when it dies.
  const second = new Worker({
    topic,
    groupId,
    ledger,
    handler: { onFailure: 'retry-topic', delays: ['1s'], retry: { attempts: 1 } },
    delayMs: 60_000,
    env,
  });
  workers.push(second);
  await waitFor(
    () => ledger.entries('start').some(({ pid, topic: of }) => pid === second.pid && of === retryTopic),
    { ...PATIENCE, what: `a retry: ${second.output}` },
  );
  await second.kill();
  start();
  await waitFor(() => isCaughtUp(groupId, retryTopic), { ...PATIENCE, what: 'the retries' });
  expect(lostOf(ledger.entries(), COUNT)).toEqual([]);
  expect(ledger.entries('done')).toHaveLength(COUNT);
  expect(await readTopic(`${topic}.dlt`)).toEqual([]);
});
