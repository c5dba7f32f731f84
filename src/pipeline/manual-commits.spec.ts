import { describe, expect, test } from '@jest/globals';
import { toOffset } from './records/offset.js';
import { watched } from './testing/commit-target.js';
import { Scene, type SceneOptions } from './testing/scene.js';

function manual(keys: string, options: SceneOptions = {}): Scene {
  return new Scene(keys, { commit: 'manual', ...options });
}

describe('a handler that commits', () => {
  test('a handler that commits does not settle its record by returning', async () => {
    const scene = manual('aa');
    await scene.fetch();
    await scene.call(0).returns();
    expect(scene.called).toEqual(['0', '1']);
    expect(await scene.committed()).toBe('0');
    expect(scene.call(0).records[0]).toMatchObject({ handled: true, settled: false });
  });

  test('a handler that commits is resumed when the broker has acknowledged the commit, without waiting for the interval', async () => {
    const scene = manual('a');
    await scene.fetch();
    await scene.clock.advance(scene.broker.commitDelayMs);
    const committed = watched(scene.pipeline.owner.commit(scene.call(0).records));
    await scene.clock.advance(scene.broker.commitDelayMs - 1);
    expect(committed.done).toBe(false);
    await scene.clock.advance(1);
    expect(committed.done).toBe(true);
    expect(scene.partition.committed).toBe('1');
  });

  test('a handler that commits in partition order settles every earlier record too', async () => {
    const scene = manual('abc', { order: 'partition' });
    await scene.fetch();
    await scene.call(0).returns();
    await scene.call(1).returns();
    void scene.pipeline.owner.commit(scene.call(2).records);
    expect(await scene.committed()).toBe('3');
    expect(scene.limiter.total.records).toBe(0);
  });

  test('a handler that commits in key order settles its record alone, and waits until the older ones are committed', async () => {
    const scene = manual('ab');
    await scene.fetch();
    const committed = watched(scene.pipeline.owner.commit(scene.call(1).records));
    expect(await scene.committed()).toBe('0');
    expect(committed.done).toBe(false);
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    expect(await scene.committed()).toBe('2');
    expect(committed.done).toBe(true);
  });

  test.each(['one', 'batch'] as const)(
    'a handler that commits frees its slot while it waits, and keeps its lane (read: %s)',
    async (read) => {
      const scene = manual('aba', { read, concurrency: 1, maxRecords: 1 });
      await scene.fetch();
      expect(scene.called).toEqual(['0']);
      void scene.pipeline.owner.commit(scene.call(0).records);
      expect(scene.called).toEqual(['0', '1']);
    },
  );

  test('a handler that commits may settle its record without waiting for the commit', async () => {
    const scene = manual('ab');
    await scene.fetch();
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    scene.pipeline.owner.acknowledge([]);
    expect(scene.limiter.total.records).toBe(1);
    expect(await scene.committed()).toBe('1');
  });

  test('a handler that commits frees the payload of a settled record although older ones keep it from being committed', async () => {
    const scene = manual('ab');
    await scene.fetch();
    const [record] = scene.call(1).records;
    scene.pipeline.owner.acknowledge(scene.call(1).records);
    expect(record?.record).toEqual({ offset: '1', timestamp: '0', key: null, value: null });
  });
});

describe('a commit of an offset', () => {
  test('a commit of an offset settles every record before it', async () => {
    const scene = manual('abc', { order: 'partition' });
    await scene.fetch();
    const committed = watched(scene.pipeline.owner.commitBefore(toOffset(2)));
    expect(await scene.committed()).toBe('2');
    expect(committed.done).toBe(true);
    expect(scene.limiter.total.records).toBe(1);
  });

  test('a commit of an offset does nothing if there is no record before it', async () => {
    const scene = manual('ab', { order: 'partition' });
    await scene.fetch();
    await scene.pipeline.owner.commitBefore(toOffset(0));
    expect(await scene.committed()).toBe('0');
  });

  test('a commit of an offset does nothing in auto commit mode', async () => {
    const scene = new Scene('ab');
    await scene.fetch();
    await scene.pipeline.owner.commitBefore(toOffset(2));
    expect(await scene.committed()).toBe('0');
  });

  test.each(['key', 'none'] as const)(
    'a commit of an offset is rejected with order %s, and the error says what to do instead',
    async (order) => {
      const scene = manual('ab', { order });
      await scene.fetch();
      await expect(scene.pipeline.owner.commitBefore(toOffset(2))).rejects.toThrow(
        `t[0]: with order '${order}' an offset says nothing of the records before it; use OffsetsService.commit`,
      );
    },
  );
});
