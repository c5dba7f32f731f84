import { describe, expect, test } from '@jest/globals';
import { ModelParkingStore } from './testing/model-parking-store.js';
import { RETRY_MS, Scene } from './testing/scene.js';
import { parking } from './testing/scenes.js';

describe('a key with a parked record', () => {
  test('a key with a parked record has all later records parked behind it, in order and without being handled, while other keys continue', async () => {
    const { scene, parkingStore } = await parking('aaba');
    await scene.call(0).fails();
    await scene.call(1).returns();
    expect(scene.called).toEqual(['0', '2']);
    expect(scene.reported).toEqual(['park 0', 'park 1', 'park 3']);
    expect(parkingStore.offsets).toEqual(['0', '1', '3']);
    expect(await scene.committed()).toBe('4');
  });

  test('a key with a parked record has its records handled in order when it is released, and new records parked behind them', async () => {
    const { scene, parkingStore } = await parking('aaa');
    await scene.call(0).fails();
    parkingStore.release('a');
    await scene.clock.advance(0);
    expect(scene.called).toEqual(['0', '0']);
    await scene.call(1).returns();
    expect(scene.called).toEqual(['0', '0', '1']);
    expect(parkingStore.offsets).toEqual(['1', '2']);
    await scene.call(2).returns();
    await scene.call(3).returns();
    expect(scene.called).toEqual(['0', '0', '1', '2']);
    expect(parkingStore.offsets).toEqual([]);
    expect(parkingStore.requests.size).toBe(0);
    expect(scene.pipeline.status.parked).toBe(0);
    expect(scene.limiter.total.records).toBe(0);
  });

  test('a key with a parked record is released only when fewer keys than the concurrency are being released', async () => {
    const { scene, parkingStore } = await parking('abcde', { concurrency: 2 });
    for (let call = 0; call < 5; call++) await scene.call(call).fails();
    for (const key of 'abcde') parkingStore.release(key);
    await scene.clock.advance(0);
    expect(scene.called.slice(5)).toEqual(['0', '1']);
    expect(scene.limiter.total.records).toBe(2);
    await scene.call(6).fails();
    expect(scene.called.slice(5)).toEqual(['0', '1', '2']);
    await scene.call(5).returns();
    await scene.call(7).returns();
    expect(scene.called.slice(5)).toEqual(['0', '1', '2', '3', '4']);
    await scene.call(8).returns();
    await scene.call(9).returns();
    expect(parkingStore.offsets).toEqual(['1']);
    expect(parkingStore.requests.size).toBe(0);
  });

  test('a key with a parked record is not parked if its record is too large for the parking topic and becomes a dead letter', async () => {
    const parkingStore = new ModelParkingStore();
    const scene = new Scene('aa', { attempts: 1, onFailure: 'park', parkingStore });
    scene.rejectsParking = true;
    await scene.clock.advance(0);
    await scene.fetch();
    await scene.call(0).fails();
    expect(scene.reported).toEqual(['dead-letter 0']);
    expect(scene.pipeline.status.parked).toBe(0);
    expect(scene.called).toEqual(['0', '1']);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('2');
  });

  test('a key with a parked record stays parked if its first record fails again', async () => {
    const { scene, parkingStore } = await parking('aa', { attempts: 2 });
    await scene.call(0).fails();
    await scene.clock.advance(RETRY_MS);
    await scene.call(1).fails();
    parkingStore.release('a');
    await scene.clock.advance(0);
    await scene.call(2).fails();
    await scene.clock.advance(RETRY_MS);
    await scene.call(3).fails();
    expect(scene.called).toEqual(['0', '0', '0', '0']);
    expect(parkingStore.offsets).toEqual(['0', '1']);
    expect(parkingStore.requests.size).toBe(0);
    expect(scene.limiter.total.records).toBe(0);
  });

  test('a key with a parked record lets its lane continue only once the record is removed from the parking topic', async () => {
    const { scene, parkingStore } = await parking('a');
    await scene.call(0).fails();
    parkingStore.release('a');
    await scene.clock.advance(0);
    parkingStore.failures = 1;
    await scene.call(1).returns();
    expect(scene.reported.at(-1)).toBe('parking unavailable');
    expect(parkingStore.offsets).toEqual(['0']);
    await scene.clock.advance(1000);
    expect(parkingStore.offsets).toEqual([]);
    expect(scene.called).toEqual(['0', '0']);
  });
});

describe('a policy that was changed from park to another', () => {
  test.each(['dead-letter', 'skip'] as const)(
    'a policy that was changed from park to another keeps parked keys parked, in order, and settles other failed records by %s',
    async (onFailure) => {
      const { scene, parkingStore } = await parking('aab');
      await scene.call(0).fails();
      await scene.call(1).returns();
      const { scene: next } = await parking('aababb', { parkingStore, committed: 3, onFailure });
      expect(next.called).toEqual(['4']);
      expect(parkingStore.offsets).toEqual(['0', '1', '3']);
      await next.call(0).fails();
      expect(next.reported.filter((line) => line.endsWith(' 4'))).toEqual([`${onFailure} 4`]);
      expect(parkingStore.offsets).toEqual(['0', '1', '3']);
      parkingStore.release('a');
      await next.clock.advance(0);
      expect(next.called).toEqual(['4', '5', '0']);
      await next.call(2).returns();
      await next.call(3).returns();
      await next.call(4).returns();
      expect(next.called).toEqual(['4', '5', '0', '1', '3']);
      expect(parkingStore.offsets).toEqual([]);
    },
  );
});

describe('the next owner of a partition', () => {
  test('the next owner of a partition handles no record before it knows the parked keys, and then continues as the former owner did', async () => {
    const { scene, parkingStore } = await parking('aab');
    await scene.call(0).fails();
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('3');
    parkingStore.failures = 1;
    const { scene: next } = await parking('aaba', { parkingStore, committed: 3 });
    expect(next.reported).toEqual(['parking unavailable']);
    expect(parkingStore.offsets).toEqual(['0', '1']);
    await next.clock.advance(1000);
    expect(next.called).toEqual([]);
    expect(parkingStore.offsets).toEqual(['0', '1', '3']);
  });

  test('the next owner of a partition removes a parked record that was never committed from the parking topic: it is read again', async () => {
    const { scene, parkingStore } = await parking('aa');
    await scene.call(0).fails();
    expect(parkingStore.offsets).toEqual(['0', '1']);
    const { scene: next } = await parking('aa', { parkingStore });
    expect(parkingStore.offsets).toEqual([]);
    expect(next.called).toEqual(['0']);
    await next.call(0).returns();
    await next.call(1).returns();
    expect(await next.committed()).toBe('2');
  });

  test('the next owner of a partition continues a release that was requested from the former owner', async () => {
    const { scene, parkingStore } = await parking('a');
    await scene.call(0).fails();
    await scene.committed();
    parkingStore.requests.add('a');
    const { scene: next } = await parking('a', { parkingStore, committed: 1 });
    expect(next.called).toEqual(['0']);
  });
});

test('no more records than the limit are parked: the next one waits, uncommitted, until there is room', async () => {
  const { scene, parkingStore } = await parking('aaab', { parkLimit: 2 });
  await scene.call(0).fails();
  await scene.call(1).returns();
  expect(scene.reported).toEqual(['park 0', 'park 1', 'not stored 2']);
  expect(scene.pipeline.status.problems).toMatchObject([
    { kind: 'not stored', error: { code: 'PARKING_FULL' } },
  ]);
  expect(await scene.committed()).toBe('2');
  parkingStore.release('a');
  await scene.clock.advance(0);
  await scene.call(2).returns();
  await scene.clock.advance(20_000);
  expect(scene.pipeline.status.problems).toEqual([]);
});

test('a record that could not be parked is handled, and no longer reported, once its key is not parked any more', async () => {
  const { scene, parkingStore } = await parking('aab', { parkLimit: 1 });
  await scene.call(0).fails();
  expect(scene.reported).toEqual(['park 0', 'not stored 1']);
  parkingStore.release('a');
  await scene.clock.advance(0);
  await scene.call(2).returns();
  await scene.call(1).fails();
  expect(parkingStore.offsets).toEqual(['2']);
  await scene.clock.advance(20_000);
  expect(scene.called).toEqual(['0', '2', '0', '1']);
  expect(scene.pipeline.status.problems.map(({ record }) => record.offset)).not.toContain('1');
});

test('a record whose write to the parking topic failed is written again: the first write may have succeeded', async () => {
  const parkingStore = new ModelParkingStore();
  const scene = new Scene('aa', { attempts: 1, onFailure: 'park', parkingStore });
  await scene.clock.advance(0);
  await scene.fetch(1);
  await scene.call(0).fails();
  scene.storeErrors.push(new Error('no answer'));
  await scene.fetch();
  expect(scene.reported).toEqual(['park 0', 'not stored 1']);
  parkingStore.release('a');
  await scene.clock.advance(0);
  await scene.call(1).returns();
  await scene.clock.advance(20_000);
  expect(scene.reported.at(-1)).toBe('park 1');
  expect(scene.called).toEqual(['0', '0', '1']);
  await scene.call(2).returns();
  expect(parkingStore.offsets).toEqual([]);
  expect(scene.pipeline.status.problems).toEqual([]);
});

test('records without a key are parked one by one, and nothing follows them', async () => {
  const { scene, parkingStore } = await parking('--');
  await scene.call(0).fails();
  await scene.call(1).returns();
  expect(scene.reported).toEqual(['park 0']);
  parkingStore.release(undefined);
  await scene.clock.advance(0);
  await scene.call(2).returns();
  expect(parkingStore.offsets).toEqual([]);
});
