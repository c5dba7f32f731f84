import { expect, test } from '@jest/globals';
import { Scene } from './testing/scene.js';
import { settled } from './testing/virtual-time.js';

const A = { topic: 't', partition: 0 };
const B = { topic: 't', partition: 1 };

/** Both partitions are given up; A is lost and assigned again while the handler of B is running (call 1). */
async function lostDuringDrain(): Promise<{ scene: Scene; state: { done: boolean } }> {
  const scene = new Scene('aaa', { other: 'aaa' });
  await scene.committed();
  await scene.fetch();
  scene.broker.fetch(scene.group, scene.other, 1000);
  await settled();
  const state = { done: false };
  void scene.group.drain(60_000, [A, B]).then(() => (state.done = true));
  scene.group.lose([A]);
  scene.partition.assigned = false;
  scene.broker.reassign(scene.group, [true, true]);
  await scene.fetch();
  expect(scene.called).toEqual(['0', '0', '0']);
  return { scene, state };
}

test('a partition that is lost and assigned again does not delay the drain of another one', async () => {
  const { scene, state } = await lostDuringDrain();
  await scene.call(1).returns();
  await scene.clock.advance(100);
  expect(state.done).toBe(true);
});

test('a partition that is lost and assigned again is not stopped by the drain of another one', async () => {
  const { scene, state } = await lostDuringDrain();
  await scene.call(1).returns();
  await scene.clock.advance(60_000);
  expect(state.done).toBe(true);
  await scene.call(2).returns();
  await scene.clock.advance(600_000);
  expect(scene.called).toEqual(['0', '0', '0', '1']);
});
