import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import { DependencyUnavailableError } from '../../../src/pipeline/errors/unavailable.error.js';
import {
  ConnectionLostError,
  Database,
  DatabaseUnavailableError,
  TransactionAbortedError,
  TransactionOverError,
} from '../../../src/database/index.js';
import { openPglite } from '../../../src/database/pglite.js';
import { openPostgres } from '../../../src/database/postgres.js';
import { PostgresStore } from '../../../src/idempotency/index.js';
import { describeStore } from '../../../src/idempotency/testing/store-conformance.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import type { PostgresServer } from '../../support/postgres.js';
import { server, stopServer } from './databases.js';

// Databases start and stop here, on machines that may be busy.
jest.setTimeout(120_000);

afterAll(stopServer, 30_000);

const config = loadConfig({});
const embedded = (): Database => new Database(() => openPglite(undefined));

function onServer(url: string, env: Readonly<Record<string, string>> = {}): Database {
  const { database } = loadConfig({ DATABASE_POOL_SIZE: '4', ...env });
  return new Database(() => openPostgres({ ...database, url, applicationName: 'test' }));
}

async function newDatabase(): Promise<{ postgres: PostgresServer; name: string; url: string }> {
  if (!server) throw new Error('no server is installed');
  const postgres = await server();
  const name = uniqueName('store');
  return { postgres, name, url: await postgres.createDatabase(name) };
}

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

  test('has the mark and the effect stand together, or neither', async () => {
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

  test('fails when a statement in it had failed, even if its error was caught', async () => {
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

  test('takes no statement that comes after it has been committed', async () => {
    const { database, store, effects } = await opened();
    const once = store.once({ scope: 's', keys: ['a'] }, async (unit) => {
      await unit.complete();
      await database.query(`INSERT INTO effects VALUES ('late')`);
    });
    await expect(once).rejects.toThrow(TransactionOverError);
    expect(await effects()).toBe(0);
  });

  test('includes what the handler has begun and not awaited', async () => {
    const { database, store, effects } = await opened();
    await store.once({ scope: 's', keys: ['a'] }, async () => {
      void database.query(`INSERT INTO effects VALUES ('a')`);
      void database.query(`INSERT INTO effects VALUES ('b')`);
    });
    expect(await effects()).toBe(2);
  });

  test('is joined by a transaction within it', async () => {
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

  test('gives 64-bit integers as text', async () => {
    const { database } = await opened();
    const { rows } = await database.query('SELECT 9007199254740993::bigint AS n');
    expect(rows).toEqual([{ n: '9007199254740993' }]);
  });

  test('is one of many that wait for a connection in turn', async () => {
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

  test('leaves marks that are deleted once they are old, in batches', async () => {
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

if (server) {
  describe('PostgresStore on a server', () => {
    test('creates its table once when many members start together', async () => {
      const { url } = await newDatabase();
      const members = Array.from({ length: 8 }, () => onServer(url));
      const all = members.map((database, at) =>
        new PostgresStore(database, config).once({ scope: 's', keys: [`${at}`] }, async () => undefined),
      );
      expect(await Promise.all(all)).toEqual(members.map(() => true));
      await Promise.all(members.map((database) => database.close()));
    });

    test('needs no right to create tables where it finds its own', async () => {
      const { postgres, name, url } = await newDatabase();
      const owner = onServer(url);
      await new PostgresStore(owner, config).once({ scope: 's', keys: ['a'] }, async () => undefined);
      const role = uniqueName('role');
      await owner.query(`CREATE ROLE "${role}" LOGIN`);
      await owner.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
      await owner.query(`GRANT SELECT, INSERT, DELETE, UPDATE ON idempotency_marks TO "${role}"`);
      const database = onServer(postgres.urlOf(name, role));
      const store = new PostgresStore(database, config);
      expect(await store.once({ scope: 's', keys: ['a'] }, async () => undefined)).toBe(false);
      expect(await store.once({ scope: 's', keys: ['b'] }, async () => undefined)).toBe(true);
      await Promise.all([owner.close(), database.close()]);
    });

    test('has one effect when the second member is seen to wait for the first', async () => {
      const { url } = await newDatabase();
      const [first, second] = [onServer(url), onServer(url)];
      const claim = { scope: 's', keys: ['a'] };
      let waiting: Promise<boolean> | undefined;
      const called: string[] = [];
      await new PostgresStore(first, config).once(claim, async () => {
        called.push('first');
        const again = new PostgresStore(second, config);
        waiting = again.once(claim, async () => void called.push('second'));
        await waitFor(() => isWaiting(second, 'INSERT INTO idempotency_marks%'), {
          what: 'the second to wait',
        });
      });
      expect(await waiting).toBe(false);
      expect(called).toEqual(['first']);
      await Promise.all([first.close(), second.close()]);
    });

    test('lets go of a transaction that rests for too long: its member may be frozen', async () => {
      const { url } = await newDatabase();
      const frozen = onServer(url, { DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '300' });
      const owner = onServer(url);
      const claim = { scope: 's', keys: ['a'] };
      let later: Promise<boolean> | undefined;
      const called: string[] = [];
      const stalled = new PostgresStore(frozen, config).once(claim, async () => {
        called.push('frozen');
        later = new PostgresStore(owner, config).once(claim, async () => void called.push('owner'));
        await later;
      });
      await expect(stalled).rejects.toThrow(ConnectionLostError);
      expect(await later).toBe(true);
      expect(called).toEqual(['frozen', 'owner']);
      await Promise.all([frozen.close(), owner.close()]);
    });

    test('outlives a connection that is cut in the middle of a handler', async () => {
      const { postgres, url, name } = await newDatabase();
      const database = onServer(url);
      const store = new PostgresStore(database, config);
      const claim = { scope: 's', keys: ['a'] };
      const cut = store.once(claim, async () => {
        const { rows } = await database.query('SELECT pg_backend_pid() AS pid');
        await postgres.query(name, `SELECT pg_terminate_backend(${String(rows[0]?.['pid'])})`);
      });
      await expect(cut).rejects.toThrow(ConnectionLostError);
      expect(await store.once(claim, async () => undefined)).toBe(true);
      await database.close();
    });

    test('has its record wait where the database crashes in the middle of a handler', async () => {
      const { postgres, url } = await newDatabase();
      const database = onServer(url);
      const store = new PostgresStore(database, config);
      const claim = { scope: 's', keys: ['a'] };
      const crashed = store.once(claim, async () => {
        await postgres.crash();
        await database.query('SELECT 1');
      });
      await expect(crashed).rejects.toThrow(DatabaseUnavailableError);
      await postgres.resume();
      expect(await store.once(claim, async () => undefined)).toBe(true);
      await database.close();
    });

    test('has its record wait where the database takes no writes, as a standby does', async () => {
      const { postgres, name, url } = await newDatabase();
      const setReadOnly = (value: 'on' | 'off') =>
        postgres.query('postgres', `ALTER DATABASE "${name}" SET default_transaction_read_only = ${value}`);
      const writing = onServer(url);
      const claim = { scope: 's', keys: ['a'] };
      await new PostgresStore(writing, config).once({ scope: 's', keys: ['first'] }, async () => undefined);
      await setReadOnly('on');
      const reading = onServer(url);
      const once = new PostgresStore(reading, config).once(claim, async () => undefined);
      await expect(once).rejects.toThrow(DatabaseUnavailableError);
      await setReadOnly('off');
      expect(await new PostgresStore(writing, config).once(claim, async () => undefined)).toBe(true);
      await Promise.all([writing.close(), reading.close()]);
    });

    test('has its record wait where its transaction and another one are in each other’s way', async () => {
      const { url } = await newDatabase();
      const database = onServer(url);
      const store = new PostgresStore(database, config);
      await database.query(
        'CREATE TABLE accounts AS SELECT n AS id, 0 AS balance FROM generate_series(1, 2) n',
      );
      const book = (id: number) =>
        database.query('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [id]);
      let waiting = 2;
      let bothHold: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (bothHold = resolve));
      const both = [
        [1, 2],
        [2, 1],
      ].map(([first = 0, second = 0]) =>
        store.once({ scope: 's', keys: [`${first}`] }, async () => {
          await book(first);
          if (--waiting === 0) bothHold();
          await held;
          await book(second);
        }),
      );
      const outcomes = await Promise.allSettled(both);
      const reasons = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      expect(reasons).toEqual([expect.objectContaining({ code: 'TRANSACTION_CONFLICT' })]);
      await database.close();
    });

    test('lets as many handlers as there are connections write outside of their transactions', async () => {
      const { url } = await newDatabase();
      const database = onServer(url, { DATABASE_POOL_SIZE: '2' });
      const store = new PostgresStore(database, config);
      await database.query('CREATE TABLE audit (id text)');
      const once = (key: string) =>
        store.once({ scope: 's', keys: [key] }, async () => {
          await database.outside(() => database.query('INSERT INTO audit VALUES ($1)', [key]));
        });
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map(once));
      expect((await database.query('SELECT id FROM audit')).rowCount).toBe(5);
      await database.close();
    });

    test('has its record wait for a database that is away, and goes on once it is back', async () => {
      const { postgres, url } = await newDatabase();
      const database = onServer(url);
      const store = new PostgresStore(database, config);
      const once = (key: string) => store.once({ scope: 's', keys: [key] }, async () => undefined);
      await once('a');
      await postgres.crash();
      await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      // The runner tries it again for as long as it fails with that, without counting.
      await expect(once('b')).rejects.toThrow(DependencyUnavailableError);
      await postgres.resume();
      expect(await once('b')).toBe(true);
      expect(await once('a')).toBe(false);
      await database.close();
    });

    test('is closed without waiting for a handler that does not end', async () => {
      const { url } = await newDatabase();
      const database = onServer(url);
      const never = new Promise<void>(() => undefined);
      let begun: () => void = () => undefined;
      const isBegun = new Promise<void>((resolve) => (begun = resolve));
      void new PostgresStore(database, config).once({ scope: 's', keys: ['a'] }, () => {
        begun();
        return never;
      });
      await isBegun;
      await expect(database.close()).resolves.toBeUndefined();
    });
  });
}

/** Whether a statement like that waits for a lock in the database. */
async function isWaiting(database: Database, like: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE $1`,
    [like],
  );
  return rowCount > 0;
}
