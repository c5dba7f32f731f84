import { describe, expect, test } from '@jest/globals';
import { Scene, type SceneOptions } from './testing/scene.js';

const fine = { status: 'fulfilled', value: undefined };
const bad = { status: 'rejected', reason: new Error('not booked') };

/** A partition whose three records are in one call. */
async function batchOfThree(options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene('abc', { read: 'batch', maxRecords: 3, order: 'partition', ...options });
  await scene.fetch();
  return scene;
}

describe('a rejection that a batch handler returns does not count as success', () => {
  const sparse: unknown[] = [];
  sparse[1] = bad;
  test.each<[string, unknown]>([
    // `Promise.allSettled(payments.filter((each) => each !== null).map(book))` leaves tombstones out.
    ['fewer outcomes than records', [fine, bad]],
    ['more outcomes than records', [fine, bad, fine, fine]],
    ['only the failures, at their indexes', sparse],
    ['without a reason, as after a conversion to JSON', [fine, { status: 'rejected' }, fine]],
    ['beside an entry that is not an outcome', [fine, bad, undefined]],
    ['as an interceptor of the application wraps it', { data: [fine, bad, fine] }],
    ['in chunks', [[fine, bad], [fine]]],
    ['by key', new Map([['b', bad]])],
    ['one outcome for all', bad],
  ])('%s', async (_, outcomes) => {
    const scene = await batchOfThree({ attempts: 1 });
    await scene.call(0).returns(outcomes);
    await scene.clock.advance(1_000);
    expect(scene.called.length + scene.stored.length).toBeGreaterThan(1);
  });
});

test('a batch whose rejections match no records is retried, then handled record by record', async () => {
  const scene = await batchOfThree({ attempts: 2 });
  await scene.call(0).returns([bad]);
  await scene.clock.advance(1_000);
  await scene.call(1).returns([bad]);
  expect(scene.called).toEqual(['0,1,2', '0,1,2', '0']);
  await scene.call(2).returns([fine]);
  await scene.call(3).returns([bad]);
  await scene.call(4).returns();
  expect(scene.stored).toEqual(['dead-letter 1']);
  expect(await scene.committed()).toBe('3');
});

test('a missing entry among successful outcomes does not stop the partition', async () => {
  const scene = await batchOfThree();
  const holed: unknown[] = [fine];
  holed[2] = fine;
  await scene.call(0).returns(holed);
  await scene.clock.advance(3_600_000);
  expect(await scene.committed()).toBe('3');
});

test('a missing entry beside a rejection fails the whole batch', async () => {
  const scene = await batchOfThree();
  const holed: unknown[] = [fine];
  holed[2] = bad;
  await scene.call(0).returns(holed);
  expect(scene.reported).toEqual(['retrying 0']);
  expect(await scene.committed()).toBe('0');
});
