import type { Clock, Turn } from '../core/clock.js';

/** The machine's clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
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
  spent: () => {
    const now = Date.now();
    if (startedAt === 0) {
      startedAt = now;
      setImmediate(endTurn);
      return false;
    }
    // Asked once a record, and the wall clock is the cheaper one to ask; but it may be set back.
    return now < startedAt || now - startedAt > TURN_MS;
  },
  defer: (run) => void setImmediate(run),
};
