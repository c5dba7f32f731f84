import type { Offset, RawHeaders } from '../../pipeline/index.js';
import { type BatchContext, MAGIC } from './batch-context.js';
import { ByteReader } from './byte-reader.js';
import type { PackedRecord, PlainRecord, RecordDetails } from './log-batch.js';

/**
 * The unpacked bytes of a batch from its first kept record on, and the properties of the batch that its records need.
 */
export class RecordSource {
  #bytes: Buffer;
  /** Undefined if the batch has offsets beyond `Number.MAX_SAFE_INTEGER`. */
  readonly #first: number | undefined;
  readonly #firstTimestamp: number;
  readonly #appendedAt: string | undefined;

  constructor(
    bytes: Buffer,
    readonly context: BatchContext,
  ) {
    this.#bytes = bytes;
    const first = Number(context.firstOffset);
    this.#first = Number.isSafeInteger(first + context.lastOffsetDelta) ? first : undefined;
    this.#firstTimestamp = Number(context.firstTimestamp);
    this.#appendedAt = context.timestampType === 1 ? context.maxTimestamp : undefined;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /**
   * Drops the bytes after the last kept record, and copies the rest if it is the smaller part of the surrounding buffer.
   * A record that waits for its turn or for a retry keeps its batch in memory; it must not also keep the bytes of other
   * partitions.
   */
  trim(length: number): void {
    const kept = this.#bytes.subarray(0, length);
    this.#bytes = 2 * kept.length < kept.buffer.byteLength ? Buffer.from(kept) : kept;
  }

  /** Adds numbers instead of bigints if possible: almost all offsets are small enough. */
  offset(delta: number): Offset {
    const first = this.#first;
    return String(
      first === undefined ? BigInt(this.context.firstOffset) + BigInt(delta) : first + delta,
    ) as Offset;
  }

  timestamp(delta: number): string {
    return this.#appendedAt ?? String(this.#firstTimestamp + delta);
  }
}

const NO_HEADERS: RawHeaders = Object.freeze({});

/**
 * A record that stays packed: it stores the positions of its parts, and creates each part when it is read. Most parts
 * are never read, and creating all of them would cost more than the rest of the work for a record whose handler
 * returns at once.
 */
export class LogRecord implements PackedRecord {
  /**
   * @param source the bytes of its batch
   * @param at where it begins in them, after its length
   * @param byteLength the size of its key, value and headers
   * @param keyLength -1 for none, like `valueLength`
   */
  constructor(
    private readonly source: RecordSource,
    private readonly at: number,
    readonly byteLength: number,
    readonly offsetDelta: number,
    private readonly keyAt: number,
    private readonly keyLength: number,
    private readonly valueAt: number,
    private readonly valueLength: number,
  ) {}

  get offset(): Offset {
    return this.source.offset(this.offsetDelta);
  }

  get key(): Buffer | null {
    const { keyAt, keyLength } = this;
    return keyLength < 0 ? null : this.source.bytes.subarray(keyAt, keyAt + keyLength);
  }

  get value(): Buffer | null {
    const { valueAt, valueLength } = this;
    return valueLength < 0 ? null : this.source.bytes.subarray(valueAt, valueAt + valueLength);
  }

  get keyText(): string | null {
    const { keyAt, keyLength } = this;
    return keyLength < 0 ? null : this.source.bytes.toString('latin1', keyAt, keyAt + keyLength);
  }

  get text(): string | null {
    const { valueAt, valueLength } = this;
    return valueLength < 0 ? null : this.source.bytes.toString('utf8', valueAt, valueAt + valueLength);
  }

  get timestamp(): string {
    const reader = new ByteReader(this.source.bytes, this.at);
    reader.int8(); // attributes
    return this.source.timestamp(reader.varlong());
  }

  get headers(): RawHeaders {
    const { bytes } = this.source;
    const at = this.valueAt + Math.max(0, this.valueLength);
    // No reader is created for zero headers: the headers of every record are read, to find out which group it is for.
    return bytes[at] === 0 ? NO_HEADERS : readHeaders(new ByteReader(bytes, at));
  }

  get details(): RecordDetails {
    const { bytes, context } = this.source;
    return {
      magicByte: MAGIC,
      attributes: bytes.readInt8(this.at),
      isControlRecord: context.isControlBatch,
      batchContext: context,
    };
  }

  /** Creates all parts, for code that needs a plain object. */
  toPlain(): PlainRecord {
    const { offset, key, value, timestamp, headers, details } = this;
    return { ...details, offset, key, value, timestamp, headers };
  }
}

/**
 * Reads the next record. Lengths are validated now: the lazy getters must not throw.
 * @param after the offset delta of the record before
 * @throws RangeError if its parts do not fill it, or its offset is not between the record before and the end of its batch
 */
export function readRecord(records: ByteReader, source: RecordSource, after: number): LogRecord {
  const length = records.varint();
  const { at } = records;
  records.skip(1); // attributes
  records.skipVarlong(); // timestamp
  const offsetDelta = readOffsetDelta(records, after, source.context.lastOffsetDelta);
  const keyLength = records.varint();
  const keyAt = records.at;
  if (keyLength > 0) records.skip(keyLength);
  const valueLength = records.varint();
  const valueAt = records.at;
  if (valueLength > 0) records.skip(valueLength);
  skipHeaders(records);
  if (records.at !== at + length)
    throw new RangeError(`the length of its record ${offsetDelta} is not that of the record's parts`);
  return new LogRecord(source, at, length, offsetDelta, keyAt, keyLength, valueAt, valueLength);
}

/**
 * Skips the next record if its offset delta is below `to`.
 * @returns its offset delta; undefined if it was not skipped
 */
export function skipRecord(
  records: ByteReader,
  after: number,
  to: number,
  lastOffsetDelta: number,
): number | undefined {
  const start = records.at;
  const length = records.varint();
  const { at } = records;
  records.skip(1); // attributes
  records.skipVarlong(); // timestamp
  const offsetDelta = readOffsetDelta(records, after, lastOffsetDelta);
  if (records.at > at + length)
    throw new RangeError(`its record ${offsetDelta} is shorter than the record's parts`);
  records.moveTo(offsetDelta < to ? at + length : start);
  return offsetDelta < to ? offsetDelta : undefined;
}

function readOffsetDelta(records: ByteReader, after: number, lastOffsetDelta: number): number {
  const offsetDelta = records.varint();
  if (offsetDelta > after && offsetDelta <= lastOffsetDelta) return offsetDelta;
  throw new RangeError(
    `it has a record with offset delta ${offsetDelta} after ${after}, but claims to end at ${lastOffsetDelta}`,
  );
}

/** More headers would block the event loop when they are created: a batch of 60 kB can unpack to 30 million. */
const MAX_HEADERS = 65_536;

function skipHeaders(records: ByteReader): void {
  const count = records.varint();
  if (count < 0 || count > MAX_HEADERS)
    throw new RangeError(`it has a record with ${count} headers; at most ${MAX_HEADERS} are read`);
  for (let i = 0; i < count; i++) {
    records.skip(records.varint());
    const length = records.varint();
    if (length > 0) records.skip(length);
  }
}

/** Values with the same name become an array, in their order. */
function readHeaders(records: ByteReader): RawHeaders {
  const count = records.varint();
  if (count <= 0) return NO_HEADERS;
  const headers = new Map<string, Buffer | null | (Buffer | null)[]>();
  for (let i = 0; i < count; i++) {
    const name = records.text(records.varint());
    const value = records.slice(records.varint());
    const earlier = headers.get(name);
    if (earlier === undefined) headers.set(name, value);
    else if (Array.isArray(earlier)) earlier.push(value);
    else headers.set(name, [earlier, value]);
  }
  return Object.fromEntries(headers);
}
