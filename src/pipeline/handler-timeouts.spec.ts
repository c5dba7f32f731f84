import { describe, expect, test } from '@jest/globals';
import { toOffset } from './records/offset.js';
import { HandlerTimeoutError } from './errors/errors.js';
import { RETRY_MS, Scene, type SceneOptions } from './testing/scene.js';

/** A running handler of the first record of one key, with a timeout of 50 ms. */
async function working(options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene('aab', { timeoutMs: 50, concurrency: 1, ...options });
  await scene.fetch();
  return scene;
}

describe('a handler that exceeds its timeout', () => {
  test('a handler that exceeds its timeout is aborted at its timeout, and not before', async () => {
    const scene = await working();
    const { signal } = scene.call(0);
    await scene.clock.advance(49);
    scene.group.checkTimeouts();
    expect(signal.aborted).toBe(false);
    await scene.clock.advance(1);
    scene.group.checkTimeouts();
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toEqual(new HandlerTimeoutError('t', 0, toOffset(0), 50));
  });

  test('a handler that exceeds its timeout keeps its lane and its slot until it returns', async () => {
    const scene = await working();
    await scene.clock.advance(5000);
    scene.group.checkTimeouts();
    await scene.clock.advance(5000);
    expect(scene.called).toEqual(['0']);
  });

  test('a handler that exceeds its timeout has failed even if it returns without an error, and its record is retried', async () => {
    const scene = await working();
    await scene.clock.advance(50);
    scene.group.checkTimeouts();
    await scene.call(0).returns();
    expect(scene.reported).toEqual(['retrying 0']);
    expect(scene.call(0).records[0]?.lastError).toBeInstanceOf(HandlerTimeoutError);
    await scene.call(1).returns();
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0', '2', '0']);
    expect(await scene.committed()).toBe('0');
  });

  test('a handler that exceeds its timeout has the full timeout, and a signal of its own, in each call', async () => {
    const scene = await working();
    await scene.clock.advance(50);
    scene.group.checkTimeouts();
    await scene.call(0).fails();
    await scene.call(1).returns();
    await scene.clock.advance(RETRY_MS);
    scene.group.checkTimeouts();
    expect(scene.call(2).signal.aborted).toBe(false);
    await scene.call(2).returns();
    await scene.call(3).returns();
    expect(await scene.committed()).toBe('3');
  });

  test('a handler that exceeds its timeout is not called again for a record that it had settled', async () => {
    const scene = await working({ commit: 'manual' });
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    await scene.clock.advance(50);
    scene.group.checkTimeouts();
    await scene.call(0).returns();
    expect(scene.reported).toEqual(['failed after settling 0']);
    expect(scene.called).toEqual(['0', '1']);
  });

  test('a handler that exceeds its timeout is reported as unresponsive from one timeout and one second after the abort until it returns', async () => {
    const scene = await working();
    await scene.clock.advance(1100);
    scene.group.checkTimeouts();
    expect(scene.pipeline.status.unresponsive).toEqual([]);
    await scene.clock.advance(1);
    expect(scene.pipeline.status.unresponsive).toEqual(scene.call(0).records);
    await scene.call(0).fails();
    expect(scene.pipeline.status.unresponsive).toEqual([]);
  });

  test('a handler that exceeds its timeout fails its whole batch', async () => {
    const scene = new Scene('ab', { read: 'batch', order: 'partition', maxRecords: 2, timeoutMs: 50 });
    await scene.fetch();
    await scene.clock.advance(50);
    scene.group.checkTimeouts();
    expect(scene.call(0).signal.aborted).toBe(true);
    await scene.call(0).returns();
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0,1', '0,1']);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('2');
  });
});

test('a handler without a timeout is never aborted, nor reported as unresponsive', async () => {
  const scene = new Scene('a');
  await scene.fetch();
  await scene.clock.advance(10_000_000);
  scene.group.checkTimeouts();
  expect(scene.call(0).signal.aborted).toBe(false);
  expect(scene.pipeline.status.unresponsive).toEqual([]);
});
