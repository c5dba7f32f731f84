/** Microseconds of the monotonic clock, which all processes share and nobody can set. */
export type Micros = number;

/** Now, by the monotonic clock. */
export function micros(): Micros {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Tolerance between the clocks of brokers and ledger, which are read one after the other and have different units. */
export const CLOCKS_APART_US = 3_000;

/** Offset from the monotonic clock to the wall clock, in ms. */
const wallOffsetMs = Date.now() - micros() / 1000;

/** Converts a wall-clock time in ms since the epoch to the monotonic clock. */
export function fromWall(ms: number): Micros {
  return (ms - wallOffsetMs) * 1000;
}
