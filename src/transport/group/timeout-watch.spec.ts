import { expect, test } from '@jest/globals';
import { TimeoutWatch } from './timeout-watch.js';

test('a late check reports how long the event loop was blocked', () => {
  let now = 1_000;
  const told: number[] = [];
  const watch = new TimeoutWatch(
    (blockedMs) => told.push(blockedMs),
    () => now,
  );
  watch.start();
  for (const passed of [100, 130, 5_100, 100]) {
    now += passed;
    watch.tick();
  }
  watch.stop();
  expect(told).toEqual([0, 0, 5_000, 0]);
});
