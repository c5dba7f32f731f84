import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import {
  committedOffsets,
  createTopic,
  isCaughtUp,
  type Offsets,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { Ledger, type LedgerEntry, Worker, type WorkerOptions } from '../../support/worker.js';

interface Way {
  readonly name: string;
  readonly handler: KafkaHandlerOptions;
  readonly manual?: boolean;
  readonly delayMs: number;
  readonly records: number;
}

const WAYS: readonly Way[] = [
  { name: 'one by one', handler: { read: 'one' }, delayMs: 20, records: 800 },
  {
    name: 'in batches',
    handler: { read: 'batch', batch: { maxRecords: 10, maxWaitMs: 20 } },
    delayMs: 20,
    records: 800,
  },
  {
    name: 'with automatic commits',
    handler: { commit: 'auto', order: 'partition' },
    delayMs: 5,
    records: 400,
  },
  { name: 'with manual commits', handler: { commit: 'manual' }, manual: true, delayMs: 5, records: 200 },
  {
    name: 'in batches with manual commits',
    handler: { commit: 'manual', read: 'batch', batch: { maxRecords: 10, maxWaitMs: 20 } },
    manual: true,
    delayMs: 10,
    records: 600,
  },
];

interface Outcome {
  readonly committedAtKill: Offsets;
  readonly before: readonly LedgerEntry[];
  readonly after: readonly LedgerEntry[];
}

const env = {
  KAFKA_AUTO_COMMIT_INTERVAL_MS: '100',
  KAFKA_SESSION_TIMEOUT_MS: '6000',
  KAFKA_HEARTBEAT_INTERVAL_MS: '1000',
};
const outcomes = new Map<string, Outcome>();
const workers: Worker[] = [];

async function killInTheMiddle({ name, handler, manual = false, delayMs, records }: Way): Promise<void> {
  const topic = await createTopic(uniqueName('kill'), { partitions: 2 });
  const messages = Array.from({ length: records }, (_, n) => ({
    key: `key-${n % 16}`,
    value: `${n}`,
    partition: n % 2,
  }));
  await produce(topic, messages);
  const groupId = uniqueName('group');
  const ledger = new Ledger();
  const start = (): Worker => {
    const options: WorkerOptions = { topic, groupId, ledger, handler, delayMs, manual, env };
    const worker = new Worker(options);
    workers.push(worker);
    return worker;
  };

  const first = start();
  await waitFor(
    async () => {
      const progress = [...(await committedOffsets(groupId, topic)).values()];
      const isTold = !manual || ledger.entries('committed').length > 0;
      return isTold && progress.length === 2 && progress.every((offset) => offset > 0n);
    },
    { what: `commits on the way of records read ${name}: ${first.output}`, everyMs: 10, timeoutMs: 90_000 },
  );
  await first.kill();
  const committedAtKill = await committedOffsets(groupId, topic);
  const before = ledger.entries();

  start();
  await waitFor(() => isCaughtUp(groupId, topic), { what: `all records read ${name}`, timeoutMs: 90_000 });
  outcomes.set(name, { committedAtKill, before, after: ledger.entries().slice(before.length) });
}

beforeAll(() => Promise.all(WAYS.map(killInTheMiddle)), 200_000);
afterAll(() => Promise.all(workers.map((worker) => worker.kill())));

describe.each(WAYS)('kill -9 while records are read $name', ({ name, manual, records }) => {
  const outcome = (): Outcome => {
    const found = outcomes.get(name);
    if (!found) throw new Error(`nothing is known of ${name}`);
    return found;
  };
  const isCommitted = ({ partition, offset }: LedgerEntry): boolean =>
    BigInt(offset) < (outcome().committedAtKill.get(partition) ?? 0n);
  const valuesOf = (entries: readonly LedgerEntry[], event: string): Set<string> =>
    new Set(entries.filter((entry) => entry.event === event).map(({ value }) => value));

  test('kill -9 happens while records are handled', () => {
    expect(valuesOf(outcome().before, 'done').size).toBeLessThan(records);
  });

  test('kill -9 loses no record', () => {
    const { before, after } = outcome();
    expect(valuesOf([...before, ...after], 'done').size).toBe(records);
  });

  test('after kill -9 nothing is committed that was not handled', () => {
    const { before, committedAtKill } = outcome();
    const done = before.filter(({ event }) => event === 'done');
    for (const [partition, offset] of committedAtKill) {
      const handled = new Set(
        done.filter((entry) => entry.partition === partition).map((entry) => entry.offset),
      );
      const missing = Array.from({ length: Number(offset) }, (_, at) => `${at}`).filter(
        (at) => !handled.has(at),
      );
      expect(missing).toEqual([]);
    }
  });

  test('after kill -9 nothing that was committed is repeated', () => {
    expect(outcome().after.filter(isCommitted)).toEqual([]);
  });

  if (manual) {
    test('after kill -9 no commit that a handler has seen resolve is lost', () => {
      const told = outcome().before.filter(({ event }) => event === 'committed');
      expect(told.length).toBeGreaterThan(0);
      expect(told.filter((entry) => !isCommitted(entry))).toEqual([]);
    });
  }
});
