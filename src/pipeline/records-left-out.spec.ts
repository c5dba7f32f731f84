import { describe, expect, test } from '@jest/globals';
import type { Delay } from './handler/handler.js';
import { Scene } from './testing/scene.js';
import { fetched } from './testing/scenes.js';

describe('a record that is not due yet', () => {
  test('a record that is not due yet stays in the log, uncommitted, with all records behind it, and is fetched again when it is due', async () => {
    let dueAt = 0;
    const delay: Delay = { dueAt: ({ offset }) => (offset === '1' ? dueAt : 0), maxMs: 5000 };
    const scene = new Scene('abc', { delay });
    dueAt = scene.clock.now() + 5000;
    await scene.fetch();
    expect(scene.called).toEqual(['0']);
    await scene.call(0).returns();
    expect(scene.partition.paused).toBe(true);
    expect(scene.pipeline.status.pauseReasons).toEqual(['not due yet']);
    expect(await scene.committed()).toBe('1');
    expect(scene.limiter.total.records).toBe(0);
    await scene.clock.advance(dueAt - scene.clock.now());
    expect(scene.partition.paused).toBe(false);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '2']);
    expect(scene.reported).toEqual([]);
  });

  test('a record that is not due yet waits no longer than its topic’s delay, even if its due time is later', async () => {
    const DAY = 86_400_000;
    const began = 1_000_000;
    const delay: Delay = { dueAt: ({ offset }) => (offset === '0' ? began + DAY : began), maxMs: 60_000 };
    const scene = new Scene('abc', { delay });
    const { clock } = scene;
    const seenAt = clock.now();
    await scene.fetch();
    expect(scene.reported).toEqual([`due too late 0 by ${began + DAY - seenAt - 60_000}`]);
    for (let second = 0; second < 59; second++) {
      await clock.advance(1_000);
      await scene.fetch();
    }
    expect(scene.called).toEqual([]);
    await clock.advance(1_000);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '2']);
    expect(scene.reported).toHaveLength(1);
  });
});

test('a record that is not for the handler is passed over, reported, and committed with the handled records', async () => {
  const scene = await fetched('abc', {
    passesOver: ({ offset }) => (offset === '1' ? undefined : 'replayed for another group'),
  });
  expect(scene.called).toEqual(['1']);
  expect(scene.reported).toEqual([
    'passed over 0: replayed for another group',
    'passed over 2: replayed for another group',
  ]);
  await scene.call(0).returns();
  expect(await scene.committed()).toBe('3');
});
