import { describe, expect, test } from '@jest/globals';
import { RETRY_MS, Scene } from './testing/scene.js';

describe('a record whose handler fails', () => {
  test('a record whose handler fails is retried in its lane, before the later records of its key', async () => {
    const scene = new Scene('aab', { concurrency: 1 });
    await scene.fetch();
    await scene.call(0).fails();
    await scene.call(1).returns();
    expect(scene.called).toEqual(['0', '2']);
    await scene.clock.advance(RETRY_MS);
    await scene.call(2).returns();
    expect(scene.called).toEqual(['0', '2', '0', '1']);
  });

  test('a record whose handler fails reports how often it failed, why, and when it will be retried', async () => {
    const scene = new Scene('a');
    await scene.fetch();
    const [record] = scene.call(0).records;
    await scene.call(0).fails(new Error('first'));
    await scene.clock.advance(RETRY_MS);
    expect(record).toMatchObject({ retryAt: 0, startedAt: scene.clock.now() });
    const again = new Error('again');
    await scene.call(1).fails(again);
    expect(record).toMatchObject({
      failures: 2,
      lastError: again,
      startedAt: 0,
      retryAt: scene.clock.now() + RETRY_MS,
      settled: false,
    });
  });

  test('a record whose handler fails keeps the committable offset from moving, but delays no other key', async () => {
    const scene = new Scene('abc');
    await scene.fetch();
    await scene.call(1).fails();
    await scene.call(0).returns();
    await scene.call(2).returns();
    expect(await scene.committed()).toBe('1');
    expect(scene.pipeline.status.stalledForMs).toBeGreaterThanOrEqual(RETRY_MS);
    await scene.call(3).returns();
    expect(await scene.committed()).toBe('3');
    expect(scene.pipeline.status.stalledForMs).toBe(0);
  });

  test('a record whose handler fails is retried also if the handler throws synchronously', async () => {
    let calls = 0;
    const scene = new Scene('ab', {
      concurrency: 1,
      invoke: ({ offset }) => {
        calls++;
        if (calls === 1) throw new Error(`no ${offset}`);
      },
    });
    await scene.fetch();
    expect(calls).toBe(2);
    await scene.clock.advance(RETRY_MS);
    expect(calls).toBe(3);
    expect(await scene.committed()).toBe('2');
  });

  test('a record whose handler fails is reported and not retried if the handler had settled it', async () => {
    const scene = new Scene('aa', { commit: 'manual' });
    await scene.fetch();
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    await scene.call(0).fails();
    expect(await scene.committed()).toBe('1');
    expect(scene.reported).toEqual(['failed after settling 0']);
    expect(scene.called).toEqual(['0', '1']);
  });

  test('a record whose handler fails is not retried if it was settled while it waited', async () => {
    const scene = new Scene('aa', { commit: 'manual' });
    await scene.fetch();
    await scene.call(0).fails();
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0', '1']);
  });

  test('a record whose handler fails is not retried once its partition is lost', async () => {
    const scene = new Scene('a');
    await scene.fetch();
    await scene.call(0).fails();
    scene.group.loseAll();
    await scene.clock.advance(10 * RETRY_MS);
    expect(scene.called).toEqual(['0']);
  });
});
