import { describe, expect, test } from '@jest/globals';
import { CallTimes } from './topic-counts.js';
import { Scene } from '../testing/scene.js';

describe('the times of calls', () => {
  test('the times of calls are counted in histogram buckets, each of which includes its upper bound', () => {
    const times = new CallTimes();
    for (const ms of [0, 5, 6, 10_000, 10_001, 3_600_000]) times.add(ms);
    expect(times.counts).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect(times.sumMs).toBe(3_620_012);
  });

  test('the times of calls have a sum that does not decrease when the clock is set back', () => {
    const times = new CallTimes();
    times.add(7);
    times.add(-1000);
    expect(times.sumMs).toBe(7);
    expect(times.counts.reduce((sum, count) => sum + count)).toBe(2);
  });
});

describe('the counts of a topic', () => {
  test('the counts of a topic include each call with its duration, whether it succeeds or fails, and each handled record', async () => {
    const scene = new Scene('ab');
    await scene.fetch();
    await scene.clock.advance(20);
    await scene.call(0).returns();
    await scene.clock.advance(20);
    await scene.call(1).fails();
    const counts = scene.group.counts.get('t');
    expect(counts).toMatchObject({ handled: 1, calls: { sumMs: 60 } });
    expect(counts?.calls.counts.slice(0, 4)).toEqual([0, 0, 1, 1]);
  });

  test('the counts of a topic include one call for a batch, and all of its records', async () => {
    const scene = new Scene('abc', { read: 'batch' });
    await scene.fetch();
    await scene.clock.advance(50);
    await scene.clock.advance(7);
    await scene.call(0).returns();
    expect(scene.group.counts.get('t')).toMatchObject({ handled: 3, calls: { sumMs: 7 } });
  });

  test('the counts of a topic are kept when partitions are lost', async () => {
    const scene = new Scene('ab');
    await scene.fetch();
    await scene.call(0).returns();
    scene.group.loseAll();
    scene.rejoin(false);
    expect(scene.group.counts.get('t')?.handled).toBe(1);
  });

  test('the counts of a topic are dropped once the topic does not exist, unless a partition of it is assigned', async () => {
    const scene = new Scene('ab');
    await scene.fetch();
    await scene.call(0).returns();
    scene.group.forgetTopics(new Set());
    expect(scene.group.counts.get('t')?.handled).toBe(1);
    scene.group.loseAll();
    scene.group.forgetTopics(new Set(['t']));
    expect(scene.group.counts.get('t')?.handled).toBe(1);
    scene.group.forgetTopics(new Set());
    expect(scene.group.counts.has('t')).toBe(false);
  });
});
