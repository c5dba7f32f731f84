const MAX_VARINT_BYTES = 5;
const MAX_VARLONG_BYTES = 10;

/** Reads values of the Kafka protocol's types one after the other. Reading beyond the end throws a RangeError. */
export class ByteReader {
  #at: number;

  /** @param at the first position to read */
  constructor(
    private readonly bytes: Buffer,
    at = 0,
  ) {
    this.#at = at;
  }

  /** The next position to read. */
  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.bytes.length - this.#at;
  }

  skip(length: number): void {
    if (length < 0 || length > this.remaining)
      throw new RangeError(`${length} bytes were expected, ${this.remaining} are left`);
    this.#at += length;
  }

  int8(): number {
    return this.bytes.readInt8(this.#move(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#move(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#move(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.#move(8));
  }

  /** Continues at a position within the bytes. */
  moveTo(at: number): void {
    if (at < 0 || at > this.bytes.length) throw new RangeError(`position ${at} is beyond the end`);
    this.#at = at;
  }

  /** A 32-bit number in zigzag encoding. */
  varint(): number {
    const byte = this.bytes[this.#at++];
    // Almost all numbers have one byte.
    return byte !== undefined && byte < 0x80 ? (byte >>> 1) ^ -(byte & 1) : this.#longVarint(byte);
  }

  #longVarint(first: number | undefined): number {
    let byte = first ?? beyondEnd();
    let result = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift >= 7 * MAX_VARINT_BYTES) throw new RangeError('a number has too many bytes');
      byte = this.bytes[this.#at++] ?? beyondEnd();
      result |= (byte & 0x7f) << shift;
    }
    return (result >>> 1) ^ -(result & 1);
  }

  /** A 64-bit number in zigzag encoding; exact up to `Number.MAX_SAFE_INTEGER`. */
  varlong(): number {
    let result = 0;
    let factor = 1;
    for (let left = MAX_VARLONG_BYTES; left > 0; left--) {
      const byte = this.bytes[this.#at++] ?? beyondEnd();
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result % 2 === 0 ? result / 2 : -(result + 1) / 2;
      factor *= 128;
    }
    throw new RangeError('a number has too many bytes');
  }

  /** An unsigned 32-bit number, with which the protocol's compact types begin. */
  unsignedVarint(): number {
    let result = 0;
    for (let shift = 0; shift < 7 * MAX_VARINT_BYTES; shift += 7) {
      const byte = this.bytes[this.#at++] ?? beyondEnd();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
    throw new RangeError('a number has too many bytes');
  }

  /** Skips what `varlong` would read. */
  skipVarlong(): void {
    const byte = this.bytes[this.#at++];
    if (byte === undefined || byte >= 0x80) this.#skipLong(byte);
  }

  #skipLong(first: number | undefined): void {
    let byte = first ?? beyondEnd();
    for (let left = MAX_VARLONG_BYTES - 1; byte >= 0x80; left--) {
      if (left === 0) throw new RangeError('a number has too many bytes');
      byte = this.bytes[this.#at++] ?? beyondEnd();
    }
  }

  /** @returns a view of the next bytes; null if the length is negative */
  slice(length: number): Buffer | null {
    if (length < 0) return null;
    if (length > this.remaining)
      throw new RangeError(`${length} bytes were expected, ${this.remaining} are left`);
    const from = this.#move(length);
    return this.bytes.subarray(from, from + length);
  }

  rest(): Buffer {
    return this.bytes.subarray(this.#move(this.remaining));
  }

  text(length: number): string {
    return this.slice(length)?.toString('utf8') ?? '';
  }

  array<T>(length: number, read: () => T): T[] {
    const result: T[] = [];
    for (let i = 0; i < length; i++) result.push(read());
    return result;
  }

  #move(by: number): number {
    const from = this.#at;
    this.#at += by;
    return from;
  }
}

function beyondEnd(): never {
  throw new RangeError('a number ends beyond the end');
}
