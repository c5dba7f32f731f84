import type { Cancel, Clock, Turn } from '../time/clock.js';

/** Taken when the module is loaded: a test runner may replace timers later. */
const { setImmediate: immediate } = globalThis;

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when a test advances it. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** @param startMs ms since the epoch */
  constructor(startMs = 1_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Advances by `ms`: runs the timers that become due, and waits for the promises they resolve. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (await this.step(end));
    this.#now = Math.max(this.#now, end);
    await settled();
  }

  /**
   * Moves on to the next timer that falls due by `end`, runs it, and the promises that follow from it.
   * @returns false if there is none; the time stays as it is then
   */
  async step(end: number): Promise<boolean> {
    const next = this.#next(end);
    if (!next) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
    await settled();
    return true;
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Runs something in a later turn of the event loop. */
export function nextTurn(run: () => void): void {
  immediate(run);
}

/** Waits until all pending microtasks have run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

/** A turn that is spent after `records` records; the next turn begins a millisecond later. */
export function shortTurn(clock: Clock, records: number): Turn {
  let left = records;
  return {
    spent: () => {
      if (left-- > 0) return false;
      left = records;
      return true;
    },
    defer: (run) => void clock.schedule(1, run),
  };
}

/** A turn that never ends. */
export const endlessTurn: Turn = { spent: () => false, defer: (run) => run() };
