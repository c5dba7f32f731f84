import { describe, expect, test } from '@jest/globals';
import { ModelParkingStore } from './testing/model-parking-store.js';
import { RETRY_MS, Scene, type SceneOptions } from './testing/scene.js';

/** A scene that parks what fails once, with all of its records fetched. */
async function parking(
  keys: string,
  options: SceneOptions = {},
): Promise<{ scene: Scene; parkingStore: ModelParkingStore }> {
  const parkingStore = options.parkingStore ?? new ModelParkingStore();
  const scene = new Scene(keys, { attempts: 1, onFailure: 'park', ...options, parkingStore });
  await scene.clock.advance(0);
  await scene.fetch();
  return { scene, parkingStore };
}

describe('a key with a parked record', () => {
  test('has all its later records follow, without a call and in order, while other keys continue', async () => {
    const { scene, parkingStore } = await parking('aaba');
    await scene.call(0).fails();
    await scene.call(1).returns();
    expect(scene.called).toEqual(['0', '2']);
    expect(scene.told).toEqual(['park 0', 'park 1', 'park 3']);
    expect(parkingStore.offsets).toEqual(['0', '1', '3']);
    expect(await scene.committed()).toBe('4');
  });

  test('gets them back in order when it is released, and what comes meanwhile follows', async () => {
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

  test('comes back beside no more others than may be handled at a time', async () => {
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

  test('is parked no more than its record is: what is too large for the parking topic is a dead letter', async () => {
    const parkingStore = new ModelParkingStore();
    const scene = new Scene('aa', { attempts: 1, onFailure: 'park', parkingStore });
    scene.rejectsParking = true;
    await scene.clock.advance(0);
    await scene.fetch();
    await scene.call(0).fails();
    expect(scene.told).toEqual(['dead-letter 0']);
    expect(scene.pipeline.status.parked).toBe(0);
    expect(scene.called).toEqual(['0', '1']);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('2');
  });

  test('stays parked where its first record fails again', async () => {
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

  test('lets its lane continue only once the record is removed from the parking topic', async () => {
    const { scene, parkingStore } = await parking('a');
    await scene.call(0).fails();
    parkingStore.release('a');
    await scene.clock.advance(0);
    parkingStore.failures = 1;
    await scene.call(1).returns();
    expect(scene.told.at(-1)).toBe('parking unavailable');
    expect(parkingStore.offsets).toEqual(['0']);
    await scene.clock.advance(1000);
    expect(parkingStore.offsets).toEqual([]);
    expect(scene.called).toEqual(['0', '0']);
  });
});

describe('a policy that has changed from parking to another', () => {
  test.each(['dead-letter', 'skip'] as const)(
    'keeps parked keys parked, in order, and gives up other records by %s',
    async (onFailure) => {
      const { scene, parkingStore } = await parking('aab');
      await scene.call(0).fails();
      await scene.call(1).returns();
      const { scene: next } = await parking('aababb', { parkingStore, committed: 3, onFailure });
      expect(next.called).toEqual(['4']);
      expect(parkingStore.offsets).toEqual(['0', '1', '3']);
      await next.call(0).fails();
      expect(next.told.filter((line) => line.endsWith(' 4'))).toEqual([`${onFailure} 4`]);
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
  test('handles nothing before it knows what is parked, and then continues like the owner before', async () => {
    const { scene, parkingStore } = await parking('aab');
    await scene.call(0).fails();
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('3');
    parkingStore.failures = 1;
    const { scene: next } = await parking('aaba', { parkingStore, committed: 3 });
    expect(next.told).toEqual(['parking unavailable']);
    expect(parkingStore.offsets).toEqual(['0', '1']);
    await next.clock.advance(1000);
    expect(next.called).toEqual([]);
    expect(parkingStore.offsets).toEqual(['0', '1', '3']);
  });

  test('takes out of the parking topic what was parked and never committed: it comes again', async () => {
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

  test('continues a release that was requested before', async () => {
    const { scene, parkingStore } = await parking('a');
    await scene.call(0).fails();
    await scene.committed();
    parkingStore.requests.add('a');
    const { scene: next } = await parking('a', { parkingStore, committed: 1 });
    expect(next.called).toEqual(['0']);
  });
});

test('no more than the limit are parked: what is next waits, uncommitted, until there is room', async () => {
  const { scene, parkingStore } = await parking('aaab', { parkLimit: 2 });
  await scene.call(0).fails();
  await scene.call(1).returns();
  expect(scene.told).toEqual(['park 0', 'park 1', 'not stored 2']);
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

test('what found no room among the parked is called, and no longer named, once it need not follow', async () => {
  const { scene, parkingStore } = await parking('aab', { parkLimit: 1 });
  await scene.call(0).fails();
  expect(scene.told).toEqual(['park 0', 'not stored 1']);
  parkingStore.release('a');
  await scene.clock.advance(0);
  await scene.call(2).returns();
  await scene.call(1).fails();
  expect(parkingStore.offsets).toEqual(['2']);
  await scene.clock.advance(20_000);
  expect(scene.called).toEqual(['0', '2', '0', '1']);
  expect(scene.pipeline.status.problems.map(({ record }) => record.offset)).not.toContain('1');
});

test('what could not be stored behind the parked is stored all the same: it may be there by then', async () => {
  const parkingStore = new ModelParkingStore();
  const scene = new Scene('aa', { attempts: 1, onFailure: 'park', parkingStore });
  await scene.clock.advance(0);
  await scene.fetch(1);
  await scene.call(0).fails();
  scene.storeErrors.push(new Error('no answer'));
  await scene.fetch();
  expect(scene.told).toEqual(['park 0', 'not stored 1']);
  parkingStore.release('a');
  await scene.clock.advance(0);
  await scene.call(1).returns();
  await scene.clock.advance(20_000);
  expect(scene.told.at(-1)).toBe('park 1');
  expect(scene.called).toEqual(['0', '0', '1']);
  await scene.call(2).returns();
  expect(parkingStore.offsets).toEqual([]);
  expect(scene.pipeline.status.problems).toEqual([]);
});

test('a released record that its partition takes along when it is lost gives back its room', async () => {
  const { scene, parkingStore } = await parking('a');
  await scene.call(0).fails();
  parkingStore.release('a');
  await scene.clock.advance(0);
  expect(scene.limiter.total.records).toBe(1);
  scene.group.loseAll();
  expect(scene.limiter.total.records).toBe(0);
  await scene.call(1).returns();
  expect(scene.limiter.total.records).toBe(0);
});

test('a failed release does not begin again before the parking topic has noted its end', async () => {
  const { scene, parkingStore } = await parking('a');
  await scene.call(0).fails();
  parkingStore.release('a');
  await scene.clock.advance(0);
  parkingStore.failures = 1;
  await scene.call(1).fails();
  parkingStore.release('a');
  await scene.clock.advance(0);
  expect(scene.called).toEqual(['0', '0']);
  await scene.clock.advance(1000);
  parkingStore.release('a');
  await scene.clock.advance(0);
  expect(scene.called).toEqual(['0', '0', '0']);
});

describe('a release', () => {
  test('lasts while a later record of its key is on its way to the parking topic, and continues after a restart', async () => {
    const parkingStore = new ModelParkingStore();
    const scene = new Scene('aa', { attempts: 1, onFailure: 'park', parkingStore });
    await scene.clock.advance(0);
    await scene.fetch(1);
    await scene.call(0).fails();
    scene.storeErrors.push(new Error('the write takes 250 ms longer'));
    await scene.fetch();
    parkingStore.release('a');
    await scene.clock.advance(0);
    // 0 is handled, and out of the parking topic.
    await scene.call(1).returns();
    await scene.clock.advance(1_000);
    // 1 is in the parking topic now, and at its handler again.
    expect(scene.called).toEqual(['0', '0', '1']);
    expect(await scene.committed()).toBe('2');
    expect([...parkingStore.requests]).toEqual(['a']);
    scene.group.loseAll();

    const next = new Scene('aaa', { attempts: 1, onFailure: 'park', parkingStore, committed: 2 });
    await next.clock.advance(0);
    await next.fetch();
    await next.clock.advance(60_000);
    expect(next.called).toEqual(['1']);
    await next.call(0).returns();
    await next.call(1).returns();
    expect(next.called).toEqual(['1', '2']);
    expect(parkingStore.offsets).toEqual([]);
    expect(parkingStore.requests.size).toBe(0);
  });

  test('ends where the record that was on its way became a dead letter, as it was too large for the parking topic', async () => {
    const { scene, parkingStore } = await parking('a');
    await scene.call(0).fails();
    const later = new Scene('aa', { attempts: 1, onFailure: 'park', parkingStore, committed: 1 });
    await later.clock.advance(0);
    later.rejectsParking = true;
    later.storeErrors.push(new Error('not now'));
    await later.fetch();
    parkingStore.release('a');
    await later.clock.advance(0);
    await later.call(0).returns();
    expect([...parkingStore.requests]).toEqual(['a']);
    await later.clock.advance(1_000);
    expect(later.told).toContain('dead-letter 1');
    expect(parkingStore.requests.size).toBe(0);
  });

  test('of the records without a key continues if one of them fails again, which stays parked', async () => {
    const { scene, parkingStore } = await parking('---', { concurrency: 3 });
    for (let call = 0; call < 3; call++) await scene.call(call).fails();
    parkingStore.release(undefined);
    await scene.clock.advance(0);
    await scene.call(3).returns();
    await scene.call(4).fails();
    await scene.call(5).returns();
    expect(scene.called.slice(3)).toEqual(['0', '1', '2']);
    expect(parkingStore.offsets).toEqual(['1']);
    expect(parkingStore.requests.size).toBe(0);
    parkingStore.release(undefined);
    await scene.clock.advance(0);
    expect(scene.called.slice(6)).toEqual(['1']);
  });
});

test('records without a key are parked one by one, and nothing follows them', async () => {
  const { scene, parkingStore } = await parking('--');
  await scene.call(0).fails();
  await scene.call(1).returns();
  expect(scene.told).toEqual(['park 0']);
  parkingStore.release(undefined);
  await scene.clock.advance(0);
  await scene.call(2).returns();
  expect(parkingStore.offsets).toEqual([]);
});

test('a record that commits by hand leaves the parking topic once its handler has returned', async () => {
  const { scene, parkingStore } = await parking('a', { commit: 'manual' });
  await scene.call(0).fails();
  parkingStore.release('a');
  await scene.clock.advance(0);
  const { records } = scene.call(1);
  await scene.pipeline.owner.commit(records);
  expect(parkingStore.offsets).toEqual(['0']);
  await scene.call(1).returns();
  expect(parkingStore.offsets).toEqual([]);
});
