/** The machine's timers, taken when the module is loaded: a test runner may replace them later. */
const { setTimeout: timeout } = globalThis;

/** Resolves after that many ms of real time. */
export function realSleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => void timeout(resolve, delayMs));
}

/** Real time in ms, from an arbitrary beginning. */
export const realNow = performance.now.bind(performance);
