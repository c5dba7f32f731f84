import { describe, expect, test } from '@jest/globals';
import { PartitionLostError } from './errors/errors.js';
import { Scene } from './testing/scene.js';

const lostError = new PartitionLostError('t', 0);

/** Two records whose handlers are running. */
async function working(commit: 'auto' | 'manual' = 'auto'): Promise<Scene> {
  const scene = new Scene('ab', { commit });
  await scene.fetch();
  return scene;
}

describe('a partition that is lost', () => {
  test('a partition that is lost has its handlers aborted', async () => {
    const scene = await working();
    scene.rejoin(true, false);
    expect(scene.calls.map(({ signal }) => signal.reason)).toEqual([lostError, lostError]);
    expect(scene.group.partition(scene.partition)).toBeUndefined();
  });

  test('a partition that is lost commits none of the records that its handlers finish afterwards', async () => {
    const scene = await working();
    await scene.committed();
    scene.rejoin(true, false);
    await scene.call(0).returns();
    await scene.call(1).fails();
    expect(await scene.committed()).toBe('0');
    expect(scene.called).toEqual(['0', '1']);
  });

  test('a partition that is lost rejects pending commits, and those that are requested later', async () => {
    const scene = await working('manual');
    const { pipeline } = scene;
    const waiting = pipeline.owner.commit(scene.call(0).records);
    scene.rejoin(true, false);
    await expect(waiting).rejects.toEqual(lostError);
    await expect(pipeline.owner.commit(scene.call(1).records)).rejects.toEqual(lostError);
    expect(() => pipeline.owner.acknowledge(scene.call(1).records)).toThrow(lostError);
  });

  test('a partition that is lost reports no failure of a handler that rethrows its PartitionLostError', async () => {
    const scene = await working('manual');
    const waiting = scene.pipeline.owner.commit(scene.call(0).records);
    scene.rejoin(true, false);
    const lost = await waiting.catch((error: unknown) => error);
    await scene.call(0).fails(lost);
    expect(scene.reported).toEqual([]);
  });

  test('a partition that is lost has no record in flight, and uses up no limit of other partitions', async () => {
    const scene = await working();
    expect(scene.limiter.total.records).toBe(2);
    await scene.call(0).returns();
    scene.group.loseAll();
    expect(scene.limiter.total).toEqual({ records: 0, bytes: 0 });
    await scene.call(1).returns();
    expect(scene.limiter.total).toEqual({ records: 0, bytes: 0 });
  });

  test('a partition that is lost is not paused in its next ownership', async () => {
    const scene = new Scene('abcdefgh', { limit: 4 });
    await scene.fetch();
    expect(scene.partition.paused).toBe(true);
    scene.group.loseAll();
    expect(scene.partition.paused).toBe(false);
  });

  test('a partition that is lost does not delay a drain', async () => {
    const scene = await working();
    const drained = scene.group.drain(1000);
    scene.group.loseAll();
    await expect(drained).resolves.toBe(true);
  });

  test('a partition that is lost announces no retry for a handler that fails afterwards', async () => {
    const scene = await working();
    scene.group.loseAll();
    await scene.call(0).fails();
    expect(scene.reported).toEqual([]);
  });
});

test('the error of a lost partition names the partition and says what to do', () => {
  expect(lostError).toMatchObject({ code: 'PARTITION_LOST', topic: 't', partition: 0 });
  expect(lostError.message).toContain('t[0]');
  expect(lostError.message).toContain('stop working on it');
});
