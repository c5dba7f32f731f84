import { describe, expect, test } from '@jest/globals';
import { watched } from './testing/commit-target.js';
import { ModelParkingStore } from './testing/model-parking-store.js';
import { RETRY_MS, Scene } from './testing/scene.js';
import { joined } from './testing/scenes.js';

describe('a drain', () => {
  test('a drain ends once the running handlers have returned and the settled records are committed', async () => {
    const scene = await joined('ab');
    await scene.fetch();
    const drained = scene.group.drain(1000);
    const state = watched(drained.then(() => undefined));
    await scene.call(0).returns();
    expect(state.done).toBe(false);
    await scene.call(1).returns();
    expect(state.done).toBe(false);
    await scene.clock.advance(scene.broker.commitDelayMs);
    expect(state.done).toBe(true);
    await expect(drained).resolves.toBe(true);
    expect(scene.partition.committed).toBe('2');
  });

  test('a drain starts only records below those that were already started', async () => {
    const scene = await joined('aabab', { concurrency: 2 });
    await scene.fetch();
    expect(scene.called).toEqual(['0', '2']);
    void scene.group.drain(1000);
    await scene.call(0).returns();
    await scene.call(1).returns();
    expect(scene.called).toEqual(['0', '2', '1']);
    await scene.call(2).returns();
    expect(scene.called).toEqual(['0', '2', '1']);
    expect(await scene.committed()).toBe('3');
  });

  test.each(['one', 'batch'] as const)(
    'a drain waits for the record that starts in the lane of the last running handler: %s',
    async (read) => {
      const scene = await joined('aab', { read, order: 'key', maxRecords: 1 });
      await scene.fetch();
      await scene.clock.advance(0);
      expect(scene.called).toEqual(['0', '2']);
      await scene.call(1).returns();
      const state = watched(scene.group.drain(1000).then(() => undefined));
      await scene.call(0).returns();
      await scene.clock.advance(scene.broker.commitDelayMs);
      expect(scene.called).toEqual(['0', '2', '1']);
      expect(state.done).toBe(false);
      await scene.call(2).returns();
      await scene.clock.advance(scene.broker.commitDelayMs);
      expect(state.done).toBe(true);
      expect(scene.partition.committed).toBe('3');
    },
  );

  test('a drain starts none of the records that are fetched meanwhile', async () => {
    const scene = await joined('abc');
    await scene.fetch(1);
    void scene.group.drain(1000);
    await scene.fetch();
    expect(scene.called).toEqual(['0']);
  });

  test('a drain starts no record if none was started before', async () => {
    const scene = await joined('ab', { read: 'batch', order: 'key' });
    await scene.fetch();
    await expect(scene.group.drain(1000)).resolves.toBe(true);
    await scene.clock.advance(500);
    expect(scene.calls).toEqual([]);
  });

  test('a drain does not wait for a record that waits for its retry', async () => {
    const scene = await joined('ab');
    await scene.fetch();
    await scene.call(0).fails();
    await scene.call(1).returns();
    await expect(scene.group.drain(1000)).resolves.toBe(true);
  });

  test.each(['one', 'batch'] as const)(
    'a drain starts no retry before the member has rejoined: %s',
    async (read) => {
      const scene = await joined('a', { read });
      await scene.fetch();
      await scene.clock.advance(50);
      await scene.call(0).fails();
      await expect(scene.group.drain(1000)).resolves.toBe(true);
      await scene.clock.advance(10 * RETRY_MS);
      expect(scene.called).toEqual(['0']);
      scene.rejoin(true);
      await scene.clock.advance(0);
      expect(scene.called).toEqual(['0', '0']);
    },
  );

  test('a drain leaves a failed record of a paused partition to be retried after the rejoin', async () => {
    const scene = await joined('ab', { concurrency: 1 });
    await scene.fetch();
    scene.group.pause('t');
    await scene.call(0).fails();
    await scene.group.drain(1000);
    scene.rejoin(true);
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0', '0']);
    await scene.call(1).returns();
    expect(scene.called).toEqual(['0', '0']);
  });

  test('a drain starts no record of a partition whose position becomes known during the drain, before the member has rejoined', async () => {
    const scene = new Scene('ab');
    scene.group.assign([scene.partition], false, 2);
    void scene.group.drain(1000);
    await scene.fetch();
    await scene.clock.advance(500);
    expect(scene.called).toEqual([]);
    scene.rejoin(true);
    expect(scene.called).toEqual(['0', '1']);
  });

  test('a drain repeats no store before the member has rejoined', async () => {
    const scene = await joined('a', { attempts: 1, onFailure: 'dead-letter' });
    scene.storeErrors.push(new Error('away'));
    await scene.fetch();
    await scene.call(0).fails();
    expect(scene.reported).toEqual(['not stored 0']);
    await scene.group.drain(1000);
    await scene.clock.advance(20_000);
    expect(scene.stored).toEqual([]);
    expect(scene.pipeline.status.waitingForRetry).toBe(1);
    scene.rejoin(true);
    await scene.clock.advance(0);
    expect(scene.stored).toEqual(['dead-letter 0']);
  });

  test('a drain does not end when an operator resumes the topic', async () => {
    const scene = await joined('aa');
    await scene.fetch();
    scene.group.pause('t');
    const drained = scene.group.drain(1000);
    scene.group.resume('t');
    await scene.call(0).returns();
    await scene.clock.advance(scene.broker.commitDelayMs);
    await expect(drained).resolves.toBe(true);
    scene.group.resume('t');
    expect(scene.called).toEqual(['0']);
    scene.rejoin(true);
    expect(scene.called).toEqual(['0', '1']);
  });

  test('a drain does not end when the parking store answers at last', async () => {
    const parkingStore = new ModelParkingStore();
    parkingStore.failures = Infinity;
    const scene = await joined('a', { parkingStore, onFailure: 'park' });
    await scene.fetch();
    void scene.group.drain(1000);
    await scene.clock.advance(500);
    parkingStore.failures = 0;
    await scene.clock.advance(60_000);
    expect(scene.pipeline.status.parkingProblem).toBeUndefined();
    expect(scene.called).toEqual([]);
    scene.rejoin(true);
    expect(scene.called).toEqual(['0']);
  });

  test('a drain ends at its deadline although handlers are still running, and says so', async () => {
    const scene = await joined('ab');
    await scene.fetch();
    await scene.call(0).returns();
    const drained = scene.group.drain(300);
    await scene.clock.advance(300);
    await expect(drained).resolves.toBe(false);
  });

  test('a drain that exceeded its deadline leaves the records that settled meanwhile to be committed', async () => {
    const scene = await joined('ab');
    await scene.fetch();
    const drained = scene.group.drain(300);
    await scene.clock.advance(299);
    await scene.call(0).returns();
    await scene.clock.advance(1);
    await expect(drained).resolves.toBe(false);
    const committed = scene.group.commitSettled(1000);
    await scene.clock.advance(scene.broker.commitDelayMs);
    await expect(committed).resolves.toBe(true);
    expect(scene.partition.committed).toBe('1');
  });

  test('a drain ends at its deadline although the broker has not answered, and says so', async () => {
    const scene = await joined('a');
    await scene.fetch();
    scene.broker.commitDelayMs = 10_000;
    await scene.call(0).returns();
    const drained = scene.group.drain(300);
    await scene.clock.advance(300);
    await expect(drained).resolves.toBe(false);
  });

  test('a drain leaves no timer behind when it ends in time', async () => {
    const scene = await joined('');
    const { pending } = scene.clock;
    await scene.group.drain(300);
    expect(scene.clock.pending).toBe(pending);
  });

  test('a drain ends with the rejoin: all suspended lanes continue', async () => {
    const scene = await joined('aabba', { concurrency: 2 });
    await scene.fetch();
    const drained = scene.group.drain(1000);
    await scene.call(0).returns();
    await scene.call(1).fails();
    await scene.call(2).returns();
    await scene.clock.advance(2 * RETRY_MS);
    await drained;
    expect(scene.called).toEqual(['0', '2', '1']);
    scene.rejoin(true);
    expect(scene.called).toEqual(['0', '2', '1', '2', '4']);
    await scene.call(3).returns();
    expect(scene.called).toEqual(['0', '2', '1', '2', '4', '3']);
  });
});
