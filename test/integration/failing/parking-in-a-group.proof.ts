import { afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { toReleaseRequest } from '../../../src/redelivery/parking/parked-entry.js';
import {
  committedOffsets,
  createTopic,
  isCaughtUp,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { lostOf, overtakenOf } from '../../support/ledger-checks.js';
import { readTopic } from '../../support/read-topic.js';
import { Ledger, type LedgerEntry, Worker } from '../../support/worker.js';

jest.setTimeout(150_000);
beforeAll(() => Logger.overrideLogger(false));

const PARTITIONS = 3;
const KEYS = 12;
/** Keys whose first record always fails, one per partition. */
const PARKED_KEYS = 3;
const PATIENCE = { timeoutMs: 60_000, everyMs: 50 };
const handler: KafkaHandlerOptions = { onFailure: 'park', retry: { attempts: 1 } };
const env = {
  KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
  KAFKA_SESSION_TIMEOUT_MS: '6000',
  KAFKA_HEARTBEAT_INTERVAL_MS: '500',
};
const workers: Worker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});

/** A group whose members fail the first record of some keys until they are fixed. */
class Group {
  readonly groupId = uniqueName('group');
  readonly ledger = new Ledger();
  /** Records that were sent. */
  sent = 0;

  private constructor(readonly topic: string) {}

  static async create(): Promise<Group> {
    return new Group(await createTopic(uniqueName('parking'), { partitions: PARTITIONS }));
  }

  start(poison?: RegExp): Worker {
    const { topic, groupId, ledger } = this;
    const worker = new Worker({
      topic,
      groupId,
      ledger,
      handler,
      delayMs: 2,
      env,
      ...(poison && { poison }),
    });
    workers.push(worker);
    return worker;
  }

  /** Sends this many records of each key; the value is the record's number. */
  async send(perKey: number): Promise<void> {
    const records = Array.from({ length: perKey * KEYS }, (_, at) => {
      const value = this.sent + at;
      return { key: `k${value % KEYS}`, value: `${value}`, partition: value % PARTITIONS };
    });
    this.sent += records.length;
    await produce(this.topic, records);
  }

  /** Requests the release of all parked keys, like the command. */
  async release(): Promise<void> {
    for (let key = 0; key < PARKED_KEYS; key++) {
      const { key: name, value } = toReleaseRequest(`k${key}`);
      await produce(this.#parkedTopic, [
        { key: Buffer.from(name ?? ''), value: String(value), partition: key % PARTITIONS },
      ]);
    }
  }

  /** Numbers of the records that are parked now, by key. */
  async parked(): Promise<Map<string, number[]>> {
    const latest = new Map<string, { readonly key: string; readonly value: number } | undefined>();
    for (const { partition, key, value, headers } of await readTopic(this.#parkedTopic)) {
      const name = `${partition} ${String(key)}`;
      if (!name.includes('record:')) continue;
      latest.set(name, value ? { key: headers['dlt-parked-key'] ?? '', value: Number(value) } : undefined);
    }
    const byKey = new Map<string, number[]>();
    for (const entry of latest.values()) {
      if (entry) byKey.set(entry.key, [...(byKey.get(entry.key) ?? []), entry.value]);
    }
    return byKey;
  }

  caughtUp(): Promise<boolean> {
    return isCaughtUp(this.groupId, this.topic);
  }

  get #parkedTopic(): string {
    return `${this.topic}.${this.groupId}.parked`;
  }
}

/** The keys' records in the order in which each was first handled. */
function firstHandled(entries: readonly LedgerEntry[]): Map<string, number[]> {
  const byKey = new Map<string, number[]>();
  for (const { event, key, value } of entries) {
    const numbers = byKey.get(key) ?? [];
    if (event === 'done' && !numbers.includes(Number(value))) byKey.set(key, [...numbers, Number(value)]);
  }
  return byKey;
}

function expectInOrder(entries: readonly LedgerEntry[]): void {
  for (const [key, numbers] of firstHandled(entries)) {
    expect([key, numbers]).toEqual([key, numbers.toSorted((a, b) => a - b)]);
  }
}

/** The first record of each of the parked keys. */
const POISON = /^[0-2]$/;

test('keys stay parked in order through a rebalance and a kill -9, and are released under load without a loss', async () => {
  const group = await Group.create();
  await group.send(20);
  const [first] = [group.start(POISON), group.start(POISON)];
  await waitFor(() => group.caughtUp(), { ...PATIENCE, what: `the first records: ${first?.output}` });
  group.start(POISON);
  await group.send(20);
  await waitFor(() => group.ledger.entries('done').length > 250, {
    ...PATIENCE,
    what: 'records on their way',
  });
  await first?.kill();
  await group.send(5);
  await waitFor(() => group.caughtUp(), { ...PATIENCE, what: 'the rest' });
  const expected = (key: number): number[] =>
    Array.from({ length: group.sent / KEYS }, (_, at) => key + at * KEYS);
  const parked = await group.parked();
  for (let key = 0; key < PARKED_KEYS; key++) {
    expect(parked.get(`k${key}`)?.toSorted((a, b) => a - b)).toEqual(expected(key));
  }
  const parkedNumbers = [...parked.values()].flat();
  expect(lostOf(group.ledger.entries(), group.sent).toSorted()).toEqual(parkedNumbers.toSorted());
  expectInOrder(group.ledger.entries());

  // A release whose first record fails again changes nothing.
  const failures = group.ledger.entries('failed').length;
  await group.release();
  await waitFor(() => group.ledger.entries('failed').length >= failures + PARKED_KEYS, {
    ...PATIENCE,
    what: 'the failed release',
  });
  expect(await group.parked()).toEqual(parked);

  // The fixed release replaces the members one by one while records of the keys keep arriving.
  const old = [...workers];
  group.start();
  for (const worker of old) await worker.stop();
  await group.release();
  for (let burst = 0; burst < 10; burst++) await group.send(3);
  await waitFor(async () => (await group.caughtUp()) && (await group.parked()).size === 0, {
    ...PATIENCE,
    what: 'the release',
  });
  expect(lostOf(group.ledger.entries(), group.sent)).toEqual([]);
  expectInOrder(group.ledger.entries());
  expect(overtakenOf(group.ledger.entries())).toEqual([]);
});

test('records that a suspended member parks late are found and removed by the next owner', async () => {
  const group = await Group.create();
  await group.send(1);
  const zombie = group.start(POISON);
  await waitFor(() => group.caughtUp(), { ...PATIENCE, what: `the first records: ${zombie.output}` });
  const before = await committedOffsets(group.groupId, group.topic);
  await group.send(30);
  await waitFor(async () => (await group.parked()).get('k0')?.length !== 1, {
    ...PATIENCE,
    what: 'records that follow',
    everyMs: 1,
  });
  zombie.signal('SIGSTOP');
  const next = group.start(POISON);
  await waitFor(() => group.caughtUp(), { ...PATIENCE, what: `the next owner: ${next.output}` });
  zombie.signal('SIGCONT');
  await waitFor(() => (zombie.output.match(/joined as/g)?.length ?? 0) > 1, {
    ...PATIENCE,
    what: 'its rejoin',
  });
  await group.send(5);
  await waitFor(() => group.caughtUp(), { ...PATIENCE, what: 'the end' });
  expect(before.size).toBe(PARTITIONS);

  await zombie.stop();
  await next.stop();
  group.start();
  await group.release();
  await waitFor(async () => (await group.caughtUp()) && (await group.parked()).size === 0, {
    ...PATIENCE,
    what: 'the release',
  });
  expect(lostOf(group.ledger.entries(), group.sent)).toEqual([]);
  expectInOrder(group.ledger.entries());
});
