import { describe, expect, test } from '@jest/globals';
import { DependencyUnavailableError } from './errors/unavailable.error.js';
import { Scene, type SceneOptions } from './testing/scene.js';

const TIMEOUT_MS = 50;

async function working(keys: string, options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene(keys, { timeoutMs: TIMEOUT_MS, ...options });
  await scene.fetch();
  await scene.clock.advance(0);
  return scene;
}

/** Lets time pass, checking the timeouts of handlers. */
async function pass(scene: Scene, ms: number): Promise<void> {
  await scene.clock.advance(ms);
  scene.group.checkTimeouts();
}

function waiting(scene: Scene, at: number, what = 'a connection'): () => void {
  const [record] = scene.call(at).records;
  if (!record) throw new Error('a call without a record');
  return record.owner.waitStarted(record, { kind: 'resource', what });
}

describe('the time that a handler waits for a resource', () => {
  test('the time that a handler waits for a resource does not count towards its timeout, unlike the rest', async () => {
    const scene = await working('a');
    const { signal } = scene.call(0);
    await pass(scene, 30);
    const goOn = waiting(scene, 0);
    await pass(scene, 10_000);
    expect(signal.aborted).toBe(false);
    expect(scene.pipeline.status.unresponsive).toEqual([]);
    goOn();
    await pass(scene, 19);
    expect(signal.aborted).toBe(false);
    await pass(scene, 1);
    expect(signal.aborted).toBe(true);
  });

  test('the time that a handler waits for a resource is counted once if waits overlap', async () => {
    const scene = await working('a');
    const [first, second] = [waiting(scene, 0), waiting(scene, 0)];
    await pass(scene, 100);
    first();
    await pass(scene, 100);
    second();
    await pass(scene, TIMEOUT_MS - 1);
    expect(scene.call(0).signal.aborted).toBe(false);
    await pass(scene, 1);
    expect(scene.call(0).signal.aborted).toBe(true);
  });

  test('the time that a handler waits for a resource is shared by all records of its batch', async () => {
    const scene = await working('ab', { read: 'batch', order: 'none', maxRecords: 2 });
    const { records } = scene.call(0);
    const [, second] = records;
    const goOn = second?.owner.waitStarted(second, { kind: 'resource', what: 'a connection' });
    await pass(scene, 1_000);
    expect(records.map((record) => record.owner.signalOf(record).aborted)).toEqual([false, false]);
    goOn?.();
    await pass(scene, TIMEOUT_MS);
    expect(records.map((record) => record.owner.signalOf(record).aborted)).toEqual([true, true]);
  });

  test('the time that a handler waits for a resource does not affect the next call of the record, even if the wait ends during that call', async () => {
    const scene = await working('a');
    const late = waiting(scene, 0);
    await scene.call(0).fails();
    await pass(scene, 100);
    late();
    await pass(scene, TIMEOUT_MS - 1);
    expect(scene.call(1).signal.aborted).toBe(false);
    await pass(scene, 1);
    expect(scene.call(1).signal.aborted).toBe(true);
  });

  test('the time that a handler waits for a resource is reported as long as it lasts', async () => {
    const scene = await working('a');
    const [record] = scene.call(0).records;
    const goOn = waiting(scene, 0, 'a connection to the database');
    expect(record && scene.pipeline.status.waitOf(record)?.what).toBe('a connection to the database');
    goOn();
    expect(record && scene.pipeline.status.waitOf(record)).toBeUndefined();
  });

  test('the time that a handler waits for a resource includes all of the time in which another handler blocked the event loop', async () => {
    const scene = await working('a');
    await scene.clock.advance(1_000);
    scene.group.checkTimeouts(990);
    expect(scene.call(0).signal.aborted).toBe(false);
    await pass(scene, TIMEOUT_MS - 10);
    expect(scene.call(0).signal.aborted).toBe(true);
  });
});

describe('a record whose dependency is unavailable', () => {
  const away = new DependencyUnavailableError('the database is away');

  test.each(['one', 'batch'] as const)(
    'a record whose dependency is unavailable waits without using up its attempts: %s',
    async (read) => {
      const scene = await working('a', { read, attempts: 2, onFailure: 'dead-letter' });
      for (let tries = 0; tries < 20; tries++) {
        await scene.clock.advance(50);
        await scene.call(-1).fails(away);
        await scene.clock.advance(5_000);
      }
      expect(scene.stored).toEqual([]);
      expect(scene.call(-1).records[0]).toMatchObject({ failures: 0, lastError: away });
      await scene.call(-1).fails();
      await scene.clock.advance(1_000);
      expect(scene.stored).toEqual([]);
      await scene.call(-1).fails();
      await scene.clock.advance(1_000);
      expect(scene.stored).toEqual(['dead-letter 0']);
    },
  );

  test('a record whose dependency is unavailable is reported at once as what delays its partition, until it has been handled', async () => {
    const scene = await working('a');
    await scene.call(0).fails(away);
    expect(scene.reported).toEqual(['awaiting dependency 0']);
    expect(scene.pipeline.status.problems).toEqual([
      { kind: 'dependency', record: scene.call(0).records[0], error: away },
    ]);
    await scene.clock.advance(500);
    await scene.call(1).returns();
    expect(scene.pipeline.status.problems).toEqual([]);
  });

  test('a record whose dependency is unavailable can still be retried afterwards within maxElapsedMs', async () => {
    const scene = await working('a', { attempts: 10, maxElapsedMs: 1_000 });
    await scene.call(0).fails();
    await scene.clock.advance(100);
    for (let tries = 0; tries < 10; tries++) {
      await scene.call(-1).fails(away);
      await scene.clock.advance(5_000);
    }
    await scene.call(-1).fails();
    await scene.clock.advance(100);
    expect(scene.stored).toEqual([]);
    expect(scene.reported.at(-1)).toBe('retrying 0');
  });

  test('a record whose dependency is unavailable keeps its slot, so that not every lane tries the dependency in turn', async () => {
    const scene = await working('abcdef', { concurrency: 2 });
    await scene.call(0).fails(away);
    await scene.call(1).fails(away);
    expect(scene.called).toEqual(['0', '1']);
    await scene.clock.advance(2_500);
    expect(scene.called).toEqual(['0', '1', '0', '1']);
    for (const call of scene.calls.slice(2)) await call.returns();
    expect(scene.called).toEqual(['0', '1', '0', '1', '2', '3']);
  });

  test('a record whose dependency is unavailable does not count for the circuit breaker', async () => {
    const deadLetterLimit = { consecutive: 2, ratio: 0.5, window: 4 };
    const scene = await working('abcdef', { attempts: 1, deadLetterLimit });
    for (const call of scene.calls.slice(0, 5)) await call.fails(away);
    await scene.call(5).fails();
    expect(scene.stored).toEqual(['dead-letter 5']);
  });
});
