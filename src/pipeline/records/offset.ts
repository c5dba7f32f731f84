declare const brand: unique symbol;

/**
 * A Kafka offset: a 64-bit number written in decimal digits without leading zeros. It is kept as a string, as the
 * protocol decoder returns it: offsets are rarely used in calculations.
 */
export type Offset = string & { readonly [brand]: true };

/**
 * @throws RangeError when `value` is not a whole number from 0 on.
 */
export function toOffset(value: string | number | bigint): Offset {
  const text = String(value);
  if (!/^(0|[1-9]\d*)$/.test(text)) {
    throw new RangeError(`"${text}" is not an offset; it must be a whole number from 0 on`);
  }
  return text as Offset;
}

/** Negative when `a` is before `b`, 0 when they are the same, positive when `a` is after `b`. */
export function compareOffsets(a: Offset, b: Offset): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The offset that follows `offset`. */
export function offsetAfter(offset: Offset): Offset {
  return String(BigInt(offset) + 1n) as Offset;
}

/** How many offsets lie from `from` up to, but not including, `to`; 0 when `to` is not ahead. */
export function offsetsBetween(from: Offset, to: Offset): number {
  const distance = BigInt(to) - BigInt(from);
  return distance > 0n ? Number(distance) : 0;
}
