/** Cancels a scheduled function; does nothing if it has already run. */
export type Cancel = () => void;

/** Source of time for the pipeline, passed in so that tests can control it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once, after `delayMs` milliseconds. */
  schedule(delayMs: number, run: () => void): Cancel;
}

/**
 * One turn of the event loop. Without it, synchronous handlers would be called from one endless chain of microtasks,
 * and heartbeats, timers and probes would starve.
 */
export interface Turn {
  /**
   * Whether this turn has lasted long enough and should end.
   * @param now ms since the epoch; passed in because the caller has already read the clock
   */
  spent(now: number): boolean;
  /** Runs `run` in a later turn. */
  defer(run: () => void): void;
}
