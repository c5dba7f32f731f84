import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Scene } from '../pipeline/testing/scene.js';
import type { InFlightRecord } from '../pipeline/index.js';
import { loadConfig } from '../config/index.js';
import { PostgresStore } from './postgres.store.js';
import { HandlerCall, within } from '../transport/index.js';
import { Database } from '../database/index.js';
import { AnsweringSource } from '../database/testing/answering-source.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
/** By the clock of the scene, which only the test advances. */
const [TIMEOUT_MS, TAKES_MS] = [300, 100];

type Work = (record: InFlightRecord, handle: () => Promise<void>) => Promise<unknown>;

const database = (): Database => new Database(async () => new AnsweringSource(2));

const ways: readonly (readonly [string, () => Work])[] = [
  [
    'an idempotent handler',
    () => {
      const store = new PostgresStore(database(), loadConfig({}));
      return (record, handle) =>
        store.once({ scope: 's', keys: [record.offset], signal: record.owner.signalOf(record) }, handle);
    },
  ],
  [
    'a handler that begins its transaction by itself',
    () => {
      const own = database();
      return (_record, handle) => own.transaction(handle);
    },
  ],
];

describe('waiting for a database connection', () => {
  test.each(ways)('waiting for a database connection is not a failure: %s', async (_name, make) => {
    const work = make();
    const begun = new Map<string, number>();
    const handle = async (record: InFlightRecord): Promise<unknown> =>
      work(record, async () => {
        begun.set(record.offset, (begun.get(record.offset) ?? 0) + 1);
        await new Promise<void>((resolve) => void scene.clock.schedule(TAKES_MS, resolve));
      });
    const scene: Scene = new Scene(ALPHABET, {
      concurrency: 64,
      attempts: 2,
      timeoutMs: TIMEOUT_MS,
      invoke: (record) => within(new HandlerCall('h', record), handle),
    });
    await scene.fetch();
    for (let passed = 0; passed < 13 * TAKES_MS + 200; passed += 20) {
      // Real event loop turns, so that statements of the database complete.
      await sleep(1);
      await scene.clock.advance(20);
      scene.group.checkTimeouts();
    }
    expect(scene.reported).toEqual([]);
    expect(await scene.committed()).toBe(`${ALPHABET.length}`);
  });

  test('a wait for a connection is reported, ends when the handler is aborted, and occupies no connection', async () => {
    const source = new AnsweringSource(1);
    const own = new Database(async () => source);
    let letGo = (): void => undefined;
    const holder = own.transaction(() => new Promise<void>((resolve) => (letGo = resolve)));
    const outcomes: string[] = [];
    const handle = (): Promise<void> =>
      own.query('SELECT 1').then(
        () => void outcomes.push('answered'),
        (error: unknown) => void outcomes.push(String(error)),
      );
    const scene = new Scene('a', { invoke: (record) => within(new HandlerCall('h', record), handle) });
    await scene.fetch();
    const { oldest } = scene.pipeline.status;
    expect(oldest && scene.pipeline.status.waitOf(oldest)?.what).toBe('a connection to the database');
    scene.group.abort(new Error('the service stops'));
    await sleep(1);
    expect(outcomes).toEqual(['Error: the service stops']);
    letGo();
    await holder;
    await own.query('SELECT 1');
    expect(source.inUse).toBe(0);
  });
});
