import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../pipeline/testing/virtual-time.js';
import { TimeoutWatch } from './timeout-watch.js';

/** A clock whose timers are late by that much, one after the other. */
class LateClock extends VirtualClock {
  #lateMs = 0;

  constructor(private readonly lateBy: number[]) {
    super();
  }

  override now(): number {
    return super.now() + this.#lateMs;
  }

  override schedule(delayMs: number, run: () => void) {
    return super.schedule(delayMs, () => {
      this.#lateMs += this.lateBy.shift() ?? 0;
      run();
    });
  }
}

test('a late check reports how long the event loop was blocked', async () => {
  const clock = new LateClock([0, 30, 5_000, 0]);
  const reported: number[] = [];
  const watch = new TimeoutWatch((blockedMs) => reported.push(blockedMs), clock);
  watch.start();
  await clock.advance(400);
  watch.stop();
  await clock.advance(400);
  expect(reported).toEqual([0, 0, 5_000, 0]);
});
