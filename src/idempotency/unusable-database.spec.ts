import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config/index.js';
import { Database, DatabaseUnavailableError } from '../database/index.js';
import { AnsweringSource } from '../database/testing/answering-source.js';
import { RefusingServer } from '../database/testing/refusing-server.js';
import { MemoryStore } from './memory.store.js';
import { PostgresStore } from './postgres.store.js';
import { minute, passUntil, tried } from './testing/tried-record.js';

describe('a record waits without using up attempts', () => {
  test('a record waits without using up attempts while the database is unavailable, even beyond its handler’s timeout', async () => {
    const database = new Database(() =>
      Promise.reject(new DatabaseUnavailableError('connecting', 'ECONNREFUSED')),
    );
    const scene = await tried(new PostgresStore(database, loadConfig({})), async () => undefined);
    await minute(scene);
    expect(new Set(scene.reported)).toEqual(new Set(['awaiting dependency 0']));
    expect(scene.pipeline.status.problems).toMatchObject([
      { kind: 'dependency', error: { code: 'DATABASE_UNAVAILABLE' } },
    ]);
  });

  test.each([
    ['25006', 'a standby after a failover'],
    ['53100', 'a full disk'],
    ['53300', 'too many connections'],
    ['57P03', 'a server that starts'],
    ['42501', 'a role without the right'],
    ['42P01', 'a table that is missing'],
    ['40P01', 'a deadlock'],
    ['55P03', 'a lock that was not available'],
    ['57014', 'another delivery that holds the receipt for longer than a statement may take'],
    ['57P01', 'a server that stops'],
  ])(
    'a record waits without using up attempts while the database rejects receipts: %s, %s',
    async (sqlState) => {
      const server = await RefusingServer.start(sqlState);
      const database = new Database(() => server.open());
      let called = 0;
      const scene = await tried(new PostgresStore(database, loadConfig({})), async () => void called++);
      await passUntil(scene, () => server.refused > 5);
      expect(server.refused).toBeGreaterThan(5);
      expect(called).toBe(0);
      expect(new Set(scene.reported)).toEqual(new Set(['awaiting dependency 0']));
      await database.close();
      server.stop();
    },
  );

  test('a record becomes a dead letter if the value of its key causes the error', async () => {
    const server = await RefusingServer.start('22021');
    const database = new Database(() => server.open());
    const scene = await tried(new PostgresStore(database, loadConfig({})), async () => undefined);
    await passUntil(scene, () => scene.stored.length > 0);
    expect(scene.stored).toEqual(['dead-letter 0']);
    await database.close();
    server.stop();
  });

  test.each(['40001', '40P01', '53100', '25006'])(
    'a record waits without using up attempts while its handler’s statements fail with %s, also in a wrapped error',
    async (code) => {
      const isReadOnly = code === '25006';
      const database = new Database(async () => new AnsweringSource(1, 1, isReadOnly));
      const scene = await tried(new PostgresStore(database, loadConfig({})), async () => {
        throw new Error('not booked', { cause: Object.assign(new Error('as told'), { code }) });
      });
      await minute(scene);
      expect(new Set(scene.reported)).toEqual(new Set(['awaiting dependency 0']));
    },
  );

  test('a record waits without using up attempts while another delivery of it runs for longer than the timeout', async () => {
    const store = new MemoryStore();
    let end = (): void => undefined;
    const other = store.once(
      { scope: 's', keys: ['k'] },
      () => new Promise<void>((resolve) => (end = resolve)),
    );
    const scene = await tried(store, async () => undefined);
    await minute(scene);
    expect(scene.reported).toEqual([]);
    end();
    await other;
    await sleep(1);
    expect(await scene.committed()).toBe('1');
  });
});

test('a handler that fails with its own error uses up its attempts', async () => {
  const database = new Database(async () => new AnsweringSource(1));
  const scene = await tried(new PostgresStore(database, loadConfig({})), () =>
    Promise.reject(new Error('no account')),
  );
  await minute(scene);
  expect(scene.stored).toEqual(['dead-letter 0']);
});

test.each([
  ['25006', 'a write in a transaction that the handler itself made read-only'],
  ['55P03', 'a lock that the handler asked for with NOWAIT'],
])('a handler uses up its attempts by %s, %s, while the server accepts writes', async (code) => {
  const database = new Database(async () => new AnsweringSource(1));
  const scene = await tried(new PostgresStore(database, loadConfig({})), async () => {
    throw new Error('not booked', { cause: Object.assign(new Error('as told'), { code }) });
  });
  await minute(scene);
  expect(scene.stored).toEqual(['dead-letter 0']);
});
