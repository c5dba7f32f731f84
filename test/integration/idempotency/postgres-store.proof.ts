import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { Database, TransactionAbortedError, TransactionOverError } from '../../../src/database/index.js';
import { openPglite } from '../../../src/database/pglite.js';
import { PostgresStore } from '../../../src/idempotency/index.js';
import { describeStore } from '../../../src/idempotency/testing/store-conformance.js';
import { server, stopServer } from './databases.js';
import { config, newDatabase, onServer } from './server-databases.js';

// Starting and stopping databases takes time on a busy machine.
jest.setTimeout(120_000);

afterAll(stopServer, 30_000);

const embedded = (): Database => new Database(() => openPglite(undefined));

const ways = [
  { name: 'the embedded PostgreSQL', open: async () => embedded() },
  ...(server ? [{ name: 'a PostgreSQL server', open: async () => onServer((await newDatabase()).url) }] : []),
];

for (const { name, open } of ways) {
  describeStore(`PostgresStore on ${name}`, async () => {
    const database = await open();
    return { store: new PostgresStore(database, config), close: () => database.close() };
  });
}

describe.each(ways)('a handler’s transaction on $name', ({ open }) => {
  const databases: Database[] = [];
  afterAll(() => Promise.all(databases.map((database) => database.close())));

  async function opened(): Promise<{
    database: Database;
    store: PostgresStore;
    effects: () => Promise<number>;
  }> {
    const database = await open();
    databases.push(database);
    await database.query('CREATE TABLE effects (id text PRIMARY KEY)');
    const effects = async (): Promise<number> => (await database.query('SELECT id FROM effects')).rowCount;
    return { database, store: new PostgresStore(database, config), effects };
  }

  test('a handler’s transaction commits receipt and effect together or neither', async () => {
    const { database, store, effects } = await opened();
    const claim = { scope: 's', keys: ['a'] };
    const work = async (): Promise<void> => {
      await database.query(`INSERT INTO effects VALUES ('a')`);
    };
    const failing = store.once(claim, async () => {
      await work();
      throw new Error('after the effect');
    });
    await expect(failing).rejects.toThrow('after the effect');
    expect(await effects()).toBe(0);
    expect(await store.once(claim, work)).toBe(true);
    expect(await effects()).toBe(1);
  });

  test('a handler’s transaction fails if a statement failed, even if its error was caught', async () => {
    const { database, store, effects } = await opened();
    const claim = { scope: 's', keys: ['a'] };
    const once = store.once(claim, async () => {
      await database.query(`INSERT INTO effects VALUES ('a')`);
      await database.query(`INSERT INTO effects VALUES ('a')`).catch(() => undefined);
    });
    await expect(once).rejects.toThrow(TransactionAbortedError);
    expect(await effects()).toBe(0);
    expect(await store.once(claim, async () => undefined)).toBe(true);
  });

  test('a handler’s transaction rejects statements after its commit', async () => {
    const { database, store, effects } = await opened();
    const once = store.once({ scope: 's', keys: ['a'] }, async (unit) => {
      await unit.complete();
      await database.query(`INSERT INTO effects VALUES ('late')`);
    });
    await expect(once).rejects.toThrow(TransactionOverError);
    expect(await effects()).toBe(0);
  });

  test('a handler’s transaction includes statements that were started but not awaited', async () => {
    const { database, store, effects } = await opened();
    await store.once({ scope: 's', keys: ['a'] }, async () => {
      void database.query(`INSERT INTO effects VALUES ('a')`);
      void database.query(`INSERT INTO effects VALUES ('b')`);
    });
    expect(await effects()).toBe(2);
  });

  test('a transaction within a handler’s transaction joins it', async () => {
    const { database, store, effects } = await opened();
    const once = store.once({ scope: 's', keys: ['a'] }, async () => {
      await database.transaction(async () => {
        await database.query(`INSERT INTO effects VALUES ('a')`);
      });
      throw new Error('after the inner one');
    });
    await expect(once).rejects.toThrow('after the inner one');
    expect(await effects()).toBe(0);
  });

  test('a handler’s transaction returns 64-bit integers as text', async () => {
    const { database } = await opened();
    const { rows } = await database.query('SELECT 9007199254740993::bigint AS n');
    expect(rows).toEqual([{ n: '9007199254740993' }]);
  });

  test('handlers’ transactions wait for a connection in turn', async () => {
    const { database, store, effects } = await opened();
    const keys = Array.from({ length: 40 }, (_, at) => `k${at}`);
    await Promise.all(
      keys.map((key) =>
        store.once({ scope: 's', keys: [key] }, async () => {
          await database.query('INSERT INTO effects VALUES ($1)', [key]);
        }),
      ),
    );
    expect(await effects()).toBe(40);
  });

  test('receipts of handlers’ transactions are deleted in batches once they are old', async () => {
    const { database, store } = await opened();
    await store.once({ scope: 's', keys: ['young'] }, async () => undefined);
    await database.query(
      `INSERT INTO idempotency_marks SELECT 's', 'old-' || n, now() - interval '15 days' FROM generate_series(1, 2500) n`,
    );
    expect(await store.prune()).toBe(2500);
    expect(await store.once({ scope: 's', keys: ['young'] }, async () => undefined)).toBe(false);
    expect(await store.once({ scope: 's', keys: ['old-1'] }, async () => undefined)).toBe(true);
  });
});
