/** Stops what was scheduled; harmless when it has already run. */
export type Cancel = () => void;

/** Time as the core sees it: handed in, so that a test can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once, after `delayMs` milliseconds. */
  schedule(delayMs: number, run: () => void): Cancel;
}

/**
 * One turn of the event loop. Handlers that never wait would otherwise be called from one endless chain
 * of microtasks, and heartbeats, timers and probes would starve.
 */
export interface Turn {
  /**
   * True once this turn has lasted long enough and should end.
   * @param now ms since the epoch: the caller asks once per record and has read the clock anyway
   */
  spent(now: number): boolean;
  /** Runs `run` in a later turn. */
  defer(run: () => void): void;
}
