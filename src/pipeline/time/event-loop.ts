import type { Clock, Turn } from './clock.js';

/** The longest delay of Node's timers, about 24 days: timers with a longer delay run at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The system clock and Node's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule: (delayMs, run) => {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : run()), stepMs);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

const TURN_MS = 10;
let startedAt = 0;

function endTurn(): void {
  startedAt = 0;
}

/** A turn of Node's event loop: from the first record handled in it to the next `setImmediate`. */
export const eventLoopTurn: Turn = {
  spent: (now) => {
    if (startedAt === 0) {
      startedAt = now;
      setImmediate(endTurn);
      return false;
    }
    // The wall clock is cheaper to read than a monotonic one, but may be set back.
    return now < startedAt || now - startedAt > TURN_MS;
  },
  defer: (run) => void setImmediate(run),
};
