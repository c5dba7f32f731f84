import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import {
  committedOffsets,
  createTopic,
  isCaughtUp,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { Ledger, Worker } from '../../support/worker.js';
import { type DatabaseKind, kinds, stopServer, type TestDatabase } from './databases.js';

// Starting and stopping databases takes time on a busy machine.
jest.setTimeout(120_000);

const RECORDS = 600;

interface Way {
  readonly name: string;
  readonly handler: KafkaHandlerOptions;
  readonly manual?: boolean;
  readonly commitEveryMs: string;
}

const WAYS: readonly Way[] = [
  // Nothing is committed before the kill: all that was handled is delivered again.
  { name: 'with automatic commits', handler: { concurrency: 4 }, commitEveryMs: '3600000' },
  { name: 'with commits by hand', handler: { commit: 'manual' }, manual: true, commitEveryMs: '200' },
  {
    name: 'in batches with commits by hand',
    handler: { commit: 'manual', read: 'batch', batch: { maxRecords: 20, maxWaitMs: 20 } },
    manual: true,
    commitEveryMs: '200',
  },
];

/** Number of kills. Starting the embedded database takes almost a second of CPU time. */
const killsOf = (kind: DatabaseKind): number => (kind.isServer ? 3 : 1);

interface Outcome {
  /** Numbers of records with an effect, and of committed ones, when the first process was killed. */
  readonly effectsAtKill: number;
  readonly committedAtKill: number;
  /** How often each id had an effect. */
  readonly times: ReadonlyMap<string, number>;
  readonly marks: number;
}

const databases: TestDatabase[] = [];
const workers: Worker[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await Promise.all(databases.map((database) => database.close()));
  await stopServer();
}, 30_000);

async function killUnderLoad(
  { handler, manual = false, commitEveryMs }: Way,
  database: TestDatabase,
  kills: number,
): Promise<Outcome> {
  const topic = await createTopic(uniqueName('kill'), { partitions: 2 });
  const numbers = Array.from({ length: RECORDS }, (_, n) => n);
  await produce(
    topic,
    numbers.map((n) => ({ key: `key-${n % 16}`, value: `${n}`, partition: n % 2 })),
  );
  const groupId = uniqueName('group');
  const ledger = new Ledger();
  const start = (everyMs: string): Worker => {
    const env = {
      KAFKA_SESSION_TIMEOUT_MS: '6000',
      KAFKA_HEARTBEAT_INTERVAL_MS: '1000',
      KAFKA_AUTO_COMMIT_INTERVAL_MS: everyMs,
      ...database.env,
    };
    const script = join(import.meta.dirname, 'worker-process.mjs');
    const worker = new Worker({ topic, groupId, ledger, handler, delayMs: 2, manual, env, script });
    workers.push(worker);
    return worker;
  };

  const handled = (): number => new Set(ledger.entries('done').map(({ value }) => value)).size;
  let atKill: Pick<Outcome, 'effectsAtKill' | 'committedAtKill'> | undefined;
  for (let kill = 1; kill <= kills; kill++) {
    const before = handled();
    const worker = start(commitEveryMs);
    await waitFor(() => handled() >= before + 60, {
      what: `records on their way: ${worker.output}`,
      everyMs: 5,
      timeoutMs: 90_000,
    });
    await worker.kill();
    const committed = [...(await committedOffsets(groupId, topic)).values()];
    atKill ??= {
      committedAtKill: Number(committed.reduce((sum, offset) => sum + offset, 0n)),
      effectsAtKill: (await database.query('SELECT FROM effects')).length,
    };
  }

  const last = start('200');
  await waitFor(() => isCaughtUp(groupId, topic), {
    what: `all records: ${last.output}`,
    timeoutMs: 90_000,
  });
  await last.stop();
  const rows = await database.query<{ id: string; times: number; marks: number }>(
    `SELECT id, count(*)::int AS times, (SELECT count(*)::int FROM idempotency_marks) AS marks
     FROM effects GROUP BY id`,
  );
  const times = new Map(rows.map((row) => [row.id, row.times]));
  return { effectsAtKill: 0, committedAtKill: 0, ...atKill, times, marks: rows[0]?.marks ?? 0 };
}

const outcomes = new Map<string, Outcome>();

async function killWith(kind: DatabaseKind): Promise<void> {
  const run = async (way: Way): Promise<void> => {
    const database = await kind.create();
    databases.push(database);
    outcomes.set(`${kind.name} ${way.name}`, await killUnderLoad(way, database, killsOf(kind)));
  };
  if (kind.isServer) await Promise.all(WAYS.map(run));
  else for (const way of WAYS) await run(way);
}

beforeAll(() => Promise.all(kinds.map(killWith)), 300_000);

describe.each(kinds)('kill -9 of a service with $name', (kind) => {
  describe.each(WAYS)('that reads $name', (way) => {
    const outcome = (): Outcome => {
      const found = outcomes.get(`${kind.name} ${way.name}`);
      if (!found) throw new Error(`nothing is known of ${way.name}`);
      return found;
    };

    test('kill -9 of an idempotent service happens while records are handled', () => {
      expect(outcome().effectsAtKill).toBeGreaterThan(0);
      expect(outcome().effectsAtKill).toBeLessThan(RECORDS);
    });

    test('after kill -9 no offset is committed whose effect is not in the database', () => {
      expect(outcome().committedAtKill).toBeLessThanOrEqual(outcome().effectsAtKill);
    });

    test('kill -9 leaves exactly one effect for each record', () => {
      const all = Array.from({ length: RECORDS }, (_, n) => `${n}`);
      expect(all.filter((id) => outcome().times.get(id) !== 1)).toEqual([]);
      expect(outcome().times.size).toBe(RECORDS);
      expect(outcome().marks).toBe(RECORDS);
    });
  });
});
