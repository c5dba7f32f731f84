import { describe, expect, test } from '@jest/globals';
import { Scene } from './testing/scene.js';

const batches = { read: 'batch', order: 'partition', maxRecords: 3, maxWaitMs: 50 } as const;

describe('a batch', () => {
  test('a batch starts at once when it is full', async () => {
    const scene = new Scene('aaaa', batches);
    await scene.fetch();
    expect(scene.called).toEqual(['0,1,2']);
  });

  test('a batch that is not full starts once its first record has waited for maxWaitMs', async () => {
    const scene = new Scene('aaa', batches);
    await scene.fetch(1);
    await scene.clock.advance(49);
    await scene.fetch(1);
    expect(scene.called).toEqual([]);
    await scene.clock.advance(1);
    expect(scene.called).toEqual(['0,1']);
  });

  test('a batch starts as soon as it is full, and the next batch waits for its own maxWaitMs', async () => {
    const scene = new Scene('abcd', { ...batches, order: 'key' });
    await scene.fetch(2);
    await scene.clock.advance(40);
    await scene.fetch(2);
    expect(scene.called).toEqual(['0,1,2']);
    await scene.clock.advance(49);
    expect(scene.called).toEqual(['0,1,2']);
    await scene.clock.advance(1);
    expect(scene.called).toEqual(['0,1,2', '3']);
  });

  test('a batch contains the records that arrived while its lane was running, after a wait that begins when the lane is free', async () => {
    const scene = new Scene('aaaa', batches);
    await scene.fetch();
    await scene.clock.advance(500);
    await scene.call(0).returns();
    expect(scene.called).toEqual(['0,1,2']);
    await scene.clock.advance(50);
    expect(scene.called).toEqual(['0,1,2', '3']);
  });

  test('a batch does not wait while the partition is paused: no more records are fetched', async () => {
    const scene = new Scene('aaaaaaaaaa', { ...batches, maxRecords: 100, limit: 8 });
    await scene.fetch();
    expect(scene.partition.paused).toBe(true);
    expect(scene.called).toEqual(['0,1,2,3,4,5,6,7,8,9']);
  });

  test('a batch does not wait during a drain: no later record may start', async () => {
    const scene = new Scene('aaba', { ...batches, order: 'key' });
    for (let record = 0; record < 3; record++) {
      await scene.fetch(1);
      await scene.clock.advance(50);
    }
    await scene.fetch(1);
    expect(scene.called).toEqual(['0', '2']);
    void scene.group.drain(5000);
    await scene.call(0).returns();
    expect(scene.called).toEqual(['0', '2', '1']);
  });

  test('a batch of a lost partition never starts', async () => {
    const scene = new Scene('a', batches);
    await scene.fetch();
    scene.group.loseAll();
    await scene.clock.advance(1000);
    expect(scene.called).toEqual([]);
  });
});
