import { describe, expect, test } from '@jest/globals';
import { Scene } from './testing/scene.js';

describe('a partition over its budget', () => {
  test('is paused, and read again once it has drained to half', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 8 });
    await scene.fetch(8);
    expect(scene.partition.paused).toBe(true);
    for (let at = 0; at < 4; at++) {
      expect(scene.partition.paused).toBe(true);
      await scene.call(at).returns();
    }
    expect(scene.partition.paused).toBe(true);
    await scene.call(4).returns();
    expect(scene.partition.paused).toBe(false);
  });

  test('takes no more of a fetch than its share when it may not take all', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 8, concurrency: 30 });
    await scene.fetch(3);
    await scene.fetch(20);
    expect(scene.calls).toHaveLength(8);
    expect(scene.pipeline).toMatchObject({ position: '8', paused: true });
    for (let at = 0; at < 8; at++) await scene.call(at).returns();
    await scene.fetch(20);
    expect(scene.called.slice(8, 10)).toEqual(['8', '9']);
  });

  test('takes a whole fetch beyond it, rather than have its rest fetched again', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 8, concurrency: 30 });
    await scene.fetch(30);
    expect(scene.calls).toHaveLength(30);
    expect(scene.partition.paused).toBe(true);
  });
});

describe('a partition far ahead of a record that does not finish', () => {
  // Ten budgets over at least four partitions.
  const LIMIT = 20;
  const AHEAD = 50;

  /** The first record is stuck, all others are done as soon as they come. */
  async function ahead(most: number): Promise<Scene> {
    const scene: Scene = new Scene('-'.repeat(100), {
      limit: LIMIT,
      invoke: ({ offset }) => (offset === '0' ? stuck : undefined),
    });
    for (let taken = 0; taken < most; taken += 10) await scene.fetch(10);
    return scene;
  }
  let finish: () => void = () => undefined;
  const stuck = new Promise<void>((resolve) => {
    finish = resolve;
  });

  test('is paused, though nearly nothing is in flight, and goes on once the record is done', async () => {
    const scene = await ahead(AHEAD - 10);
    expect(scene.partition.paused).toBe(false);
    await scene.fetch(10);
    expect(scene.partition.paused).toBe(true);
    expect(scene.budget.total.records).toBe(1);
    expect(scene.pipeline.position).toBe(String(AHEAD));
    finish();
    expect(await scene.committed()).toBe(String(AHEAD));
    expect(scene.partition.paused).toBe(false);
  });
});

test('records in flight tell how long the watermark has not moved', async () => {
  const scene = new Scene('ab');
  expect(scene.pipeline.stalledForMs).toBe(0);
  await scene.fetch();
  await scene.clock.advance(700);
  await scene.call(1).returns();
  expect(scene.pipeline.stalledForMs).toBe(700);
  await scene.call(0).returns();
  expect(scene.pipeline).toMatchObject({ stalledForMs: 0 });
});
