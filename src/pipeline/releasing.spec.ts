import { describe, expect, test } from '@jest/globals';
import { ModelParkingStore } from './testing/model-parking-store.js';
import { Scene } from './testing/scene.js';
import { parking } from './testing/scenes.js';

test('an unparked record frees its in-flight limit when its partition is lost', async () => {
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

test('a failed release does not start again before the parking topic has recorded its end', async () => {
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
  test('a release lasts while a later record of its key is on its way to the parking topic, and continues after a restart', async () => {
    const parkingStore = new ModelParkingStore();
    const scene = new Scene('aa', { attempts: 1, onFailure: 'park', parkingStore });
    await scene.clock.advance(0);
    await scene.fetch(1);
    await scene.call(0).fails();
    scene.storeErrors.push(new Error('the write takes 250 ms longer'));
    await scene.fetch();
    parkingStore.release('a');
    await scene.clock.advance(0);
    // 0 is handled and removed from the parking topic.
    await scene.call(1).returns();
    await scene.clock.advance(1_000);
    // 1 is parked now, and its handler is running again.
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

  test('a release ends if the record on its way was too large for the parking topic and became a dead letter', async () => {
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
    expect(later.reported).toContain('dead-letter 1');
    expect(parkingStore.requests.size).toBe(0);
  });

  test('a release of records without a key continues if one of them fails again, and that one stays parked', async () => {
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

test('an unparked record with manual commits is removed from the parking topic once its handler has returned', async () => {
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
