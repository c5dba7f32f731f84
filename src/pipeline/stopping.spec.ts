import { describe, expect, test } from '@jest/globals';
import { joined } from './testing/scenes.js';

describe('a stop', () => {
  test('a stop starts no record even if the member rejoins during the stop', async () => {
    const scene = await joined('aa');
    await scene.fetch();
    scene.group.stopReading();
    const drained = scene.group.drain(1000);
    scene.rejoin(true);
    await scene.call(0).returns();
    expect(scene.called).toEqual(['0']);
    await scene.clock.advance(scene.broker.commitDelayMs);
    await expect(drained).resolves.toBe(true);
    expect(scene.partition.committed).toBe('1');
  });

  test('a stop takes in no more records, and resumes no paused partition', async () => {
    const scene = await joined('abcdefgh', { limit: 4 });
    await scene.fetch(4);
    expect(scene.partition.paused).toBe(true);
    scene.group.stopReading();
    for (const call of scene.calls) await call.returns();
    expect(scene.partition.paused).toBe(true);
    scene.partition.paused = false;
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '2', '3']);
  });

  test('a stop aborts handlers at its deadline, and keeps their partition', async () => {
    const scene = await joined('a');
    await scene.fetch();
    const reason = new Error('deadline');
    scene.group.abort(reason);
    expect(scene.call(0).signal.reason).toBe(reason);
    await scene.call(0).returns();
    expect(await scene.committed()).toBe('1');
  });
});
