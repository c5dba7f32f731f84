/** Node's timer, stored when the module is loaded: a test runner may replace it later. */
const { setTimeout: timeout } = globalThis;

/** Resolves after `delayMs` of real time. */
export function realSleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => void timeout(resolve, delayMs));
}

/** Real time in ms, since an arbitrary point. */
export const realNow = performance.now.bind(performance);
