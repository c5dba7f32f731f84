import { describe, expect, test } from '@jest/globals';
import { Scene } from './testing/scene.js';

describe('a partition that an operator has paused', () => {
  test('a partition that an operator has paused starts only the records below the last started one, and continues when it is resumed', async () => {
    const scene = new Scene('aabc', { concurrency: 2 });
    await scene.fetch(3);
    scene.group.pause('t', 0);
    await scene.call(0).returns();
    await scene.call(1).returns();
    await scene.call(2).returns();
    expect(scene.called).toEqual(['0', '2', '1']);
    expect(scene.partition.paused).toBe(true);
    expect(scene.pipeline.status.pauseReasons).toEqual(['paused by an operator']);
    expect(await scene.committed()).toBe('3');
    scene.group.resume('t', 0);
    await scene.fetch();
    expect(scene.partition.paused).toBe(false);
    expect(scene.called).toEqual(['0', '2', '1', '3']);
  });

  test('a partition that an operator has paused stays paused across a rejoin, and when it is assigned to this member again', async () => {
    const scene = new Scene('ab');
    scene.group.pause('t');
    scene.rejoin(true);
    await scene.fetch();
    scene.rejoin(false, false);
    scene.rejoin(false, true);
    await scene.fetch();
    expect(scene.called).toEqual([]);
    scene.group.resume('t');
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1']);
  });

  test('a partition that an operator has paused stays paused as long as its topic is paused, and is resumed with it', () => {
    const scene = new Scene('a');
    scene.group.pause('t');
    scene.group.resume('t', 0);
    expect(scene.pipeline.paused).toBe(true);
    scene.group.pause('t', 0);
    scene.group.resume('t');
    expect(scene.pipeline.paused).toBe(false);
  });
});
