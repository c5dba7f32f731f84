import { describe, expect, test } from '@jest/globals';
import { toOffset } from './records/offset.js';
import { PartitionLostError } from './errors/errors.js';
import { RETRY_MS, Scene } from './testing/scene.js';

describe('a partition kept across a rejoin', () => {
  test('drops what is fetched again and is in flight, settled, or waits for its turn', async () => {
    const scene = new Scene('abab', { concurrency: 2 });
    await scene.fetch();
    await scene.call(1).returns();
    scene.rejoin(true);
    expect(scene.partition.position).toBe('0');
    await scene.fetch(2);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '3']);
    expect(scene.call(0).signal.aborted).toBe(false);
    await scene.call(0).returns();
    await scene.call(2).returns();
    await scene.call(3).returns();
    expect(scene.called).toEqual(['0', '1', '3', '2']);
    expect(await scene.committed()).toBe('4');
  });

  test('takes what is new out of a fetch that begins with what it has', async () => {
    const scene = new Scene('----');
    await scene.fetch(2);
    scene.rejoin(true);
    await scene.fetch(4);
    expect(scene.called).toEqual(['0', '1', '2', '3']);
    expect(scene.limiter.total.records).toBe(4);
  });

  test('continues with its retries', async () => {
    const scene = new Scene('a');
    await scene.fetch();
    await scene.call(0).fails();
    scene.rejoin(true);
    await scene.clock.advance(RETRY_MS);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('1');
  });

  test('commits in the new generation what failed to be committed in the old one', async () => {
    const scene = new Scene('a', { commit: 'manual' });
    await scene.fetch();
    const committed = scene.pipeline.owner.commit(scene.call(0).records);
    scene.rejoin(true);
    await scene.clock.advance(2 * scene.broker.commitDelayMs);
    await expect(committed).resolves.toBeUndefined();
    expect(scene.partition.committed).toBe('1');
  });

  test('stays as it is when a commit has overtaken the question where to read from', async () => {
    const scene = new Scene('ab');
    await scene.committed();
    await scene.fetch();
    scene.group.assign([scene.partition], true, 2);
    const { committed: offset } = scene.partition;
    await scene.call(0).returns();
    expect(await scene.committed()).toBe('1');
    scene.group.start({ topic: 't', partition: 0, offset });
    expect(scene.told).toEqual([]);
    expect(scene.call(1).signal.aborted).toBe(false);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('2');
  });

  test('keeps what is in flight when it is to be read from further on', async () => {
    const scene = new Scene('aabb', { concurrency: 1 });
    await scene.fetch(2);
    scene.group.start({ topic: 't', partition: 0, offset: toOffset(3) });
    expect(scene.call(0).signal.aborted).toBe(false);
    await scene.call(0).returns();
    await scene.call(1).returns();
    expect(scene.called).toEqual(['0', '1']);
    expect(await scene.committed()).toBe('3');
  });
});

describe('a partition that starts again', () => {
  test('does so when somebody else may have had it in between', async () => {
    const scene = new Scene('ab');
    await scene.fetch();
    scene.rejoin(false);
    await scene.fetch();
    expect(scene.calls.map(({ signal }) => signal.aborted)).toEqual([true, true, false, false]);
    await scene.call(0).returns();
    expect(await scene.committed()).toBe('0');
    await scene.call(2).returns();
    expect(await scene.committed()).toBe('1');
  });

  test('does so when it is read from before its commit: the log is another one', async () => {
    const scene = new Scene('abcd');
    await scene.fetch();
    await scene.call(0).returns();
    await scene.call(1).returns();
    await scene.committed();
    const { position } = scene.pipeline;
    scene.group.start({ topic: 't', partition: 0, offset: toOffset(1) });
    expect(scene.told).toEqual([`rewound from ${position} to 1`]);
    expect(scene.call(2).signal.reason).toBeInstanceOf(PartitionLostError);
    expect(scene.pipeline).toMatchObject({ position: '1', committableOffset: '1', busy: false });
    scene.partition.position = toOffset(1);
    await scene.fetch();
    expect(scene.called.slice(4)).toEqual(['1', '2', '3']);
  });

  test('does so when a fetch comes from before where the client was, and nothing below is left', async () => {
    const scene = new Scene('abcd');
    await scene.fetch();
    await scene.call(0).returns();
    await scene.call(1).returns();
    scene.partition.position = toOffset(2);
    await scene.fetch();
    expect(scene.told).toEqual(['rewound from 4 to 2']);
    expect(scene.called).toEqual(['0', '1', '2', '3', '2', '3']);
    expect(scene.limiter.total.records).toBe(2);
  });

  test('commits where it begins, so that the reset policy is not applied again', async () => {
    const scene = new Scene('ab');
    scene.group.start({ topic: 't', partition: 0, offset: toOffset(1) });
    scene.partition.committed = toOffset(0);
    expect(await scene.committed()).toBe('1');
  });
});

describe('a log without the offset to read on from', () => {
  const at = (offset: number) => ({ topic: 't', partition: 0, offset: toOffset(offset) });

  test('is another one where the reset leads back, though nothing was committed yet', async () => {
    const scene = new Scene('abcd');
    await scene.committed();
    await scene.fetch();
    expect(scene.group.outOfRange(at(0))).toBe('0');
    expect(scene.told).toEqual(['rewound from 4 to 0']);
    expect(scene.call(0).signal.reason).toBeInstanceOf(PartitionLostError);
    scene.partition.position = toOffset(0);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '2', '3', '0', '1', '2', '3']);
  });

  test('is read from what is not settled where it was cut back to above that', async () => {
    const scene = new Scene('abcd');
    await scene.fetch();
    await scene.call(0).returns();
    expect(await scene.committed()).toBe('1');
    expect(scene.group.outOfRange(at(3))).toBe('1');
    expect(scene.pipeline).toMatchObject({ position: '1', committableOffset: '1', busy: false });
  });

  test('was cleared where the reset leads on, and what is in flight is valid', async () => {
    const scene = new Scene('abcd');
    await scene.fetch(2);
    expect(scene.group.outOfRange(at(3))).toBe('3');
    expect(scene.told).toEqual([]);
    await scene.call(0).returns();
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('3');
  });

  test('is begun where the policy says when nothing of it is known', () => {
    const scene = new Scene('ab');
    scene.group.assign([scene.partition], false, 2);
    expect(scene.group.outOfRange(at(1))).toBe('1');
    expect(scene.pipeline.position).toBe('1');
  });
});

test('a fetch of a partition that is not assigned is not taken', () => {
  const scene = new Scene('a');
  scene.group.loseAll();
  const zero = toOffset(0);
  const batch = { topic: 't', partition: 0, from: zero, records: [], next: zero, highWatermark: zero };
  expect(scene.group.receive(batch)).toBeUndefined();
});

test('a fetch that comes twice restarts nothing: unsettled records below it are not skipped', async () => {
  const scene = new Scene('abc');
  await scene.committed();
  await scene.fetch(2);
  await scene.call(1).returns();
  scene.partition.position = toOffset(1);
  await scene.fetch(2);
  expect(scene.called).toEqual(['0', '1', '2']);
  expect(scene.call(0).signal.aborted).toBe(false);
  await scene.call(2).returns();
  expect(await scene.committed()).toBe('0');
  await scene.call(0).returns();
  expect(await scene.committed()).toBe('3');
  expect(scene.told).toEqual([]);
});
