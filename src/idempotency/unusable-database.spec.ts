import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config/index.js';
import { Scene } from '../pipeline/testing/scene.js';
import type { InFlightRecord } from '../pipeline/index.js';
import { Database, DatabaseUnavailableError, openPostgres } from '../database/index.js';
import { AnsweringSource } from '../database/testing/answering-source.js';
import { RefusingServer } from '../database/testing/refusing-server.js';
import { HandlerCall, within } from '../transport/index.js';
import { MemoryStore } from './memory.store.js';
import type { IdempotencyStore } from './idempotency-store.js';
import { PostgresStore } from './postgres.store.js';

const TIMEOUT_MS = 100;

/** A record whose handler is idempotent, has five attempts, and may take 100 ms a call. */
async function tried(store: IdempotencyStore, handle: () => Promise<void>): Promise<Scene> {
  const invoke = (record: InFlightRecord): unknown =>
    within(new HandlerCall('h', record), () =>
      store.once({ scope: 's', keys: ['k'], signal: record.owner.signalOf(record) }, handle),
    );
  const scene = new Scene('a', { attempts: 5, timeoutMs: TIMEOUT_MS, invoke });
  await scene.fetch();
  return scene;
}

/** Advances the clock of the scene until the condition holds; real event loop turns let a server answer. */
async function passUntil(scene: Scene, isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo() && turns < 10_000; turns++) {
    await sleep(1);
    await scene.clock.advance(500);
    scene.group.checkTimeouts();
  }
}

/** A minute of retries. */
function minute(scene: Scene): Promise<void> {
  const end = scene.clock.now() + 60_000;
  return passUntil(scene, () => scene.clock.now() >= end);
}

describe('a record waits, and none of its attempts is used up', () => {
  test('a record waits without using up attempts while the database is unavailable, whatever its handler’s timeout', async () => {
    const database = new Database(() =>
      Promise.reject(new DatabaseUnavailableError('connecting', 'ECONNREFUSED')),
    );
    const scene = await tried(new PostgresStore(database, loadConfig({})), async () => undefined);
    await minute(scene);
    expect(new Set(scene.told)).toEqual(new Set(['waiting 0']));
    expect(scene.pipeline.problems).toMatchObject([
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
    ['57014', 'another delivery that holds the mark for longer than a statement may take'],
    ['57P01', 'a server that stops'],
  ])(
    'a record waits without using up attempts while the database rejects marks: %s, %s',
    async (sqlState) => {
      const server = await RefusingServer.start(sqlState);
      const database = new Database(() => openPostgres(server.options));
      let called = 0;
      const scene = await tried(new PostgresStore(database, loadConfig({})), async () => void called++);
      await passUntil(scene, () => server.refused > 5);
      expect(server.refused).toBeGreaterThan(5);
      expect(called).toBe(0);
      expect(new Set(scene.told)).toEqual(new Set(['waiting 0']));
      await database.close();
      server.stop();
    },
  );

  test('a record becomes a dead letter if the value of its key causes the error', async () => {
    const server = await RefusingServer.start('22021');
    const database = new Database(() => openPostgres(server.options));
    const scene = await tried(new PostgresStore(database, loadConfig({})), async () => undefined);
    await passUntil(scene, () => scene.stored.length > 0);
    expect(scene.stored).toEqual(['dead-letter 0']);
    await database.close();
    server.stop();
  });

  test.each(['40001', '40P01', '55P03', '53100', '25006'])(
    'while its handler’s statements fail with %s, also where the handler wraps the error',
    async (code) => {
      const database = new Database(async () => new AnsweringSource(1));
      const scene = await tried(new PostgresStore(database, loadConfig({})), async () => {
        throw new Error('not booked', { cause: Object.assign(new Error('as told'), { code }) });
      });
      await minute(scene);
      expect(new Set(scene.told)).toEqual(new Set(['waiting 0']));
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
    expect(scene.told).toEqual([]);
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
