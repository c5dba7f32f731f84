/** Microseconds of the machine's monotonic clock, which all processes share and nothing sets. */
export type Micros = number;

/** Now, by the monotonic clock. */
export function micros(): Micros {
  return Number(process.hrtime.bigint() / 1000n);
}

/** How far the brokers' clock and the ledger's may seem apart: they are read one after the other, the broker's in whole ms. */
export const CLOCKS_APART_US = 3_000;

/** Between the monotonic clock and the wall's: what to add, in ms. */
const wallOffsetMs = Date.now() - micros() / 1000;

/** A time of the wall's clock, in ms since the epoch, by the monotonic one. */
export function fromWall(ms: number): Micros {
  return (ms - wallOffsetMs) * 1000;
}
