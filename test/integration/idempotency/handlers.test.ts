import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { catchError, EMPTY } from 'rxjs';
import { Database } from '../../../src/database/index.js';
import { IdempotencyModule } from '../../../src/idempotency/index.js';
import { BatchRecordError } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';
import { kinds, stopServer, type TestDatabase } from './databases.js';
import { byHeader, controllerOf, type Handle, message, type Scenario } from './scenario.js';

// Starting and stopping databases takes time on a busy machine.
jest.setTimeout(120_000);

const pick = kinds.at(-1) ?? kinds[0];

/** On a server if one is installed: the embedded database has only one connection, so it allows less concurrency. */
describe(`an idempotent handler on ${pick?.name}`, () => {
  let world: TestDatabase;
  let service: RunningService | undefined;

  beforeAll(async () => {
    if (!pick) throw new Error('there is a database to test on');
    world = await pick.create();
  }, 60_000);
  afterEach(async () => {
    await service?.stop(2_000);
    service = undefined;
  });
  afterAll(async () => {
    await world.close();
    await stopServer();
  }, 30_000);

  /** Runs a handler until all records are committed; returns the effects in order. */
  async function run({ partitions = 1, records, ...scenario }: Scenario): Promise<string[]> {
    const topic = await createTopic(uniqueName('idempotent'), { partitions });
    const group = uniqueName('group');
    const controllers = [controllerOf(topic, scenario)];
    const imports = [IdempotencyModule];
    service = await startService({ controllers, imports }, { KAFKA_GROUP_ID: group, ...world.env });
    const database = service.app.get(Database, { strict: false });
    await database.query('CREATE TABLE IF NOT EXISTS effects (at serial, id text)');
    await database.query('TRUNCATE effects');
    await service.joined();
    await produce(topic, records);
    await waitFor(() => isCaughtUp(group, topic), { what: 'every record', timeoutMs: 30_000 });
    const { rows } = await database.query<{ id: string }>('SELECT id FROM effects ORDER BY at');
    return rows.map(({ id }) => id);
  }

  const insert = (database: Database, id: unknown) =>
    database.query('INSERT INTO effects (id) VALUES ($1)', [String(id)]);

  test('an idempotent handler that fails and then succeeds has one effect', async () => {
    let calls = 0;
    const effects = await run({
      records: ['a'],
      handle: async ({ payload, database }) => {
        await insert(database, payload);
        if (++calls < 3) throw new Error('not yet');
      },
    });
    expect(calls).toBe(3);
    expect(effects).toEqual(['a']);
  });

  test('an idempotent handler is called once for two records with one id, even if they are concurrent', async () => {
    const calls: unknown[] = [];
    const effects = await run({
      idempotent: byHeader,
      partitions: 2,
      records: [message('m-1', 'a', 0), message('m-1', 'a', 1), message('m-2', 'b', 0)],
      handle: async ({ payload, database }) => {
        calls.push(payload);
        await insert(database, payload);
      },
    });
    expect(calls.toSorted()).toEqual(['a', 'b']);
    expect(effects.toSorted()).toEqual(['a', 'b']);
  });

  test('an idempotent handler can take the id from the payload', async () => {
    const effects = await run({
      options: { order: 'partition' },
      idempotent: { key: (payload) => Reflect.get(Object(payload), 'id') },
      records: ['{"id":"p-1","n":1}', '{"id":"p-2","n":2}', '{"id":"p-1","n":3}'],
      handle: async ({ payload, database }) => {
        await insert(database, Reflect.get(Object(payload), 'n'));
      },
    });
    expect(effects).toEqual(['1', '2']);
  });

  test('an idempotent handler that commits manually commits its transaction before its offset', async () => {
    const before: unknown[] = [];
    const effects = await run({
      options: { commit: 'manual', order: 'key', concurrency: 4 },
      records: Array.from({ length: 30 }, (_, n) => ({ key: `k${n % 5}`, value: `${n}` })),
      handle: async ({ payload, context, database, offsets }) => {
        await insert(database, payload);
        await offsets.commit(context);
        const found = await database
          .outside(() => database.query('SELECT FROM effects WHERE id = $1', [payload]))
          .then(({ rowCount }) => rowCount);
        before.push(found);
      },
    });
    expect(before).toEqual(Array.from({ length: 30 }, () => 1));
    expect(effects.toSorted()).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`).toSorted());
  });

  test('an idempotent handler need not commit manually: its records are settled when it returns', async () => {
    const options = { commit: 'manual', order: 'key' } as const;
    const handle: Handle = async ({ payload, database }) => void (await insert(database, payload));
    expect(await run({ options, records: ['a', 'b'], handle })).toHaveLength(2);
  });

  test('an idempotent handler may not commit through the client’s own consumer', async () => {
    const refused: unknown[] = [];
    await run({
      options: { commit: 'manual' },
      records: ['a'],
      handle: async ({ context }) => {
        const consumer = context.getConsumer();
        await consumer
          .commitOffsets([{ topic: context.getTopic(), partition: 0, offset: '1' }])
          .catch((error: unknown) => refused.push(error));
      },
    });
    expect(refused).toEqual([expect.objectContaining({ code: 'EARLY_COMMIT' })]);
  });

  const batch = { read: 'batch', batch: { maxRecords: 5, maxWaitMs: 2_000 } } as const;

  test('an idempotent batch handler gets only the records that were not handled before', async () => {
    const given: unknown[] = [];
    const effects = await run({
      options: batch,
      idempotent: byHeader,
      records: ['a', 'b', 'a', 'c', 'b', 'a', 'd', 'c', 'b', 'a'].map((id) => message(id, id)),
      handle: async ({ payload, context, database }) => {
        given.push(payload);
        expect(context.records).toHaveLength(Array.isArray(payload) ? payload.length : 0);
        for (const each of context.payloads) await insert(database, each);
      },
    });
    expect(given.flat()).toEqual(['a', 'b', 'c', 'd']);
    expect(effects).toEqual(['a', 'b', 'c', 'd']);
  });

  test('the effects of records before a failed record of an idempotent batch are kept', async () => {
    const failures = new Set(['c']);
    const effects = await run({
      options: { ...batch, commit: 'manual' },
      records: ['a', 'b', 'c', 'd', 'e'],
      handle: async ({ context, database }) => {
        for (const [index, payload] of context.payloads.entries()) {
          await insert(database, payload);
          if (failures.delete(String(payload))) throw new BatchRecordError(index, new Error('not yet'));
        }
      },
    });
    expect(effects).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('the effects of records whose outcome in an idempotent batch is success are kept', async () => {
    const failures = new Set(['b', 'd']);
    const effects = await run({
      options: { ...batch, commit: 'manual' },
      records: ['a', 'b', 'c', 'd', 'e'],
      handle: async ({ context, database }) => {
        for (const payload of context.payloads) await insert(database, payload);
        return context.payloads.map((payload) =>
          failures.delete(String(payload))
            ? { status: 'rejected', reason: new Error('not yet') }
            : { status: 'fulfilled', value: undefined },
        );
      },
    });
    expect(effects.slice(0, 3)).toEqual(['a', 'c', 'e']);
    expect(effects.slice(3).toSorted()).toEqual(['b', 'd']);
  });

  test('an idempotent batch handler may commit a whole batch, but not a part of it', async () => {
    const refused: unknown[] = [];
    const effects = await run({
      options: { ...batch, commit: 'manual' },
      records: ['a', 'b', 'c', 'd', 'e'],
      handle: async ({ context, database, offsets }) => {
        for (const payload of context.payloads) await insert(database, payload);
        if (context.records.length > 1) {
          await offsets.commit(context.at(0)).catch((error: unknown) => refused.push(error));
        }
        await offsets.commit(context);
      },
    });
    expect(effects).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(refused).toContainEqual(expect.objectContaining({ code: 'EARLY_COMMIT' }));
  });

  test('an idempotent batch handler fails for a record without a key, and handles those before it', async () => {
    const handled: unknown[] = [];
    const errors: unknown[] = [];
    await run({
      options: batch,
      idempotent: byHeader,
      records: [message('m-1', 'a'), 'keyless', message('m-3', 'c')],
      handle: async ({ payload }) => void handled.push(payload),
      around: (_context, next) =>
        next.handle().pipe(
          catchError((error: unknown) => {
            errors.push(error);
            return EMPTY;
          }),
        ),
    });
    expect(handled[0]).toEqual(['a']);
    expect(errors[0]).toMatchObject({ code: 'BATCH_RECORD', index: 1, cause: { code: 'IDEMPOTENCY_KEY' } });
  });
});
