import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { DependencyUnavailableError } from '../../../src/pipeline/errors/unavailable.error.js';
import { ConnectionLostError, type Database, DatabaseUnavailableError } from '../../../src/database/index.js';
import { PostgresStore } from '../../../src/idempotency/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { server, stopServer } from './databases.js';
import { config, newDatabase, onServer } from './server-databases.js';

// Starting and stopping databases takes time on a busy machine.
jest.setTimeout(120_000);

afterAll(stopServer, 30_000);

if (server) {
  describe('PostgresStore on a server', () => {
    test('PostgresStore creates its table once if many members start together', async () => {
      const { url } = await newDatabase();
      const members = Array.from({ length: 8 }, () => onServer(url));
      const all = members.map((database, at) =>
        new PostgresStore(database, config).once({ scope: 's', keys: [`${at}`] }, async () => undefined),
      );
      expect(await Promise.all(all)).toEqual(members.map(() => true));
      await Promise.all(members.map((database) => database.close()));
    });

    test('PostgresStore needs no right to create tables if its table exists', async () => {
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

    test('PostgresStore gives one effect if a second member waits for the first', async () => {
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

    test('PostgresStore ends a transaction that is idle for too long, because its member may be frozen', async () => {
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

    test('PostgresStore survives a connection that is cut while a handler runs', async () => {
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

    test('a record waits if the database crashes while its handler runs', async () => {
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

    test('a record waits if the database accepts no writes, like a standby', async () => {
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

    test('a record waits if its transaction conflicts with another one', async () => {
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

    test('as many handlers as there are connections may write outside of their transactions', async () => {
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

    test('a record waits while the database is unavailable, and is handled once it is back', async () => {
      const { postgres, url } = await newDatabase();
      const database = onServer(url);
      const store = new PostgresStore(database, config);
      const once = (key: string) => store.once({ scope: 's', keys: [key] }, async () => undefined);
      await once('a');
      await postgres.crash();
      await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      // The runner retries it as long as it fails with this error, without counting attempts.
      await expect(once('b')).rejects.toThrow(DependencyUnavailableError);
      await postgres.resume();
      expect(await once('b')).toBe(true);
      expect(await once('a')).toBe(false);
      await database.close();
    });

    test('PostgresStore closes without waiting for a handler that does not end', async () => {
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
