import { describe, expect, test } from '@jest/globals';
import { toOffset } from './records/offset.js';
import { PartitionLostError } from './errors/errors.js';
import { RETRY_MS, Scene } from './testing/scene.js';

describe('a partition kept across a rejoin', () => {
  test('a partition kept across a rejoin drops refetched records that are in flight or settled', async () => {
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

  test('a partition kept across a rejoin takes only the new records of a fetch that begins with known ones', async () => {
    const scene = new Scene('----');
    await scene.fetch(2);
    scene.rejoin(true);
    await scene.fetch(4);
    expect(scene.called).toEqual(['0', '1', '2', '3']);
    expect(scene.limiter.total.records).toBe(4);
  });

  test('a partition kept across a rejoin continues its retries', async () => {
    const scene = new Scene('a');
    await scene.fetch();
    await scene.call(0).fails();
    scene.rejoin(true);
    await scene.clock.advance(RETRY_MS);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('1');
  });

  test('a partition kept across a rejoin commits in the new generation what could not be committed in the former one', async () => {
    const scene = new Scene('a', { commit: 'manual' });
    await scene.fetch();
    const committed = scene.pipeline.owner.commit(scene.call(0).records);
    scene.rejoin(true);
    await scene.clock.advance(2 * scene.broker.commitDelayMs);
    await expect(committed).resolves.toBeUndefined();
    expect(scene.partition.committed).toBe('1');
  });

  test('a partition kept across a rejoin keeps its records in flight if the offset fetch is older than a newer commit', async () => {
    const scene = new Scene('ab');
    await scene.committed();
    await scene.fetch();
    scene.group.assign([scene.partition], true, 2);
    const { committed: offset } = scene.partition;
    await scene.call(0).returns();
    expect(await scene.committed()).toBe('1');
    scene.group.start({ topic: 't', partition: 0, offset });
    expect(scene.reported).toEqual([]);
    expect(scene.call(1).signal.aborted).toBe(false);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('2');
  });

  test('a partition kept across a rejoin keeps its records in flight if it is to be read from a higher offset', async () => {
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

describe('a partition', () => {
  test('a partition drops its records in flight if another member may have owned it meanwhile', async () => {
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

  test('a partition drops its records in flight if its start offset is below its commit: the log was replaced', async () => {
    const scene = new Scene('abcd');
    await scene.fetch();
    await scene.call(0).returns();
    await scene.call(1).returns();
    await scene.committed();
    const { position } = scene.pipeline;
    scene.group.start({ topic: 't', partition: 0, offset: toOffset(1) });
    expect(scene.reported).toEqual([`rewound from ${position} to 1`]);
    expect(scene.call(2).signal.reason).toBeInstanceOf(PartitionLostError);
    expect(scene.pipeline).toMatchObject({ position: '1', committableOffset: '1', busy: false });
    scene.partition.position = toOffset(1);
    await scene.fetch();
    expect(scene.called.slice(4)).toEqual(['1', '2', '3']);
  });

  test('a partition drops its records in flight if a fetch begins at or below the committable offset and below the offset of the client', async () => {
    const scene = new Scene('abcd');
    await scene.fetch();
    await scene.call(0).returns();
    await scene.call(1).returns();
    scene.partition.position = toOffset(2);
    await scene.fetch();
    expect(scene.reported).toEqual(['rewound from 4 to 2']);
    expect(scene.called).toEqual(['0', '1', '2', '3', '2', '3']);
    expect(scene.limiter.total.records).toBe(2);
  });

  test('a partition commits its start offset, so that the reset policy is not applied again', async () => {
    const scene = new Scene('ab');
    scene.group.start({ topic: 't', partition: 0, offset: toOffset(1) });
    scene.partition.committed = toOffset(0);
    expect(await scene.committed()).toBe('1');
  });
});

describe('an offset out of range', () => {
  const at = (offset: number) => ({ topic: 't', partition: 0, offset: toOffset(offset) });

  test('an offset out of range means that the log was replaced if the reset offset is lower, even before the first commit', async () => {
    const scene = new Scene('abcd');
    await scene.committed();
    await scene.fetch();
    expect(scene.group.outOfRange(at(0))).toBe('0');
    expect(scene.reported).toEqual(['rewound from 4 to 0']);
    expect(scene.call(0).signal.reason).toBeInstanceOf(PartitionLostError);
    scene.partition.position = toOffset(0);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '2', '3', '0', '1', '2', '3']);
  });

  test('an offset out of range resets to the committable offset if the log was truncated above it', async () => {
    const scene = new Scene('abcd');
    await scene.fetch();
    await scene.call(0).returns();
    expect(await scene.committed()).toBe('1');
    expect(scene.group.outOfRange(at(3))).toBe('1');
    expect(scene.pipeline).toMatchObject({ position: '1', committableOffset: '1', busy: false });
  });

  test('an offset out of range means that records were deleted if the reset offset is higher, and records in flight stay valid', async () => {
    const scene = new Scene('abcd');
    await scene.fetch(2);
    expect(scene.group.outOfRange(at(3))).toBe('3');
    expect(scene.reported).toEqual([]);
    await scene.call(0).returns();
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('3');
  });

  test('an offset out of range resets to where the policy says if the position was not known', () => {
    const scene = new Scene('ab');
    scene.group.assign([scene.partition], false, 2);
    expect(scene.group.outOfRange(at(1))).toBe('1');
    expect(scene.pipeline.position).toBe('1');
  });
});

test('a fetch of a partition that is not assigned is not taken in', () => {
  const scene = new Scene('a');
  scene.group.loseAll();
  const zero = toOffset(0);
  const batch = { topic: 't', partition: 0, from: zero, records: [], next: zero, reachableOffset: zero };
  expect(scene.group.receive(batch)).toBeUndefined();
});

test('a duplicate fetch resets nothing: unsettled records below it are not skipped', async () => {
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
  expect(scene.reported).toEqual([]);
});
