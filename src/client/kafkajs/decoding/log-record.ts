import type { FetchedRecord, Offset, RawHeaders } from '../../../pipeline/index.js';
import { ByteReader } from '../../protocol/byte-reader.js';
import { type BatchContext, MAGIC } from '../../protocol/batch-context.js';

/** A record as kafkajs hands it on, with everything made. */
export interface PlainRecord extends FetchedRecord, RecordDetails {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** What kafkajs tells of a record beyond what a consumer needs. */
interface RecordDetails {
  readonly magicByte: number;
  readonly attributes: number;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** The unpacked bytes of a batch, from the first record that is kept, and what its records need to be told. */
export class RecordSource {
  #bytes: Buffer;
  /** Undefined beyond what JavaScript's numbers hold exactly. */
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
   * A record that waits for its turn or for a retry keeps its batch in memory; it must not keep what was fetched of
   * other partitions as well.
   */
  trim(length: number): void {
    const kept = this.#bytes.subarray(0, length);
    this.#bytes = 2 * kept.length < kept.buffer.byteLength ? Buffer.from(kept) : kept;
  }

  /** Offsets are 64-bit numbers, and almost always small enough to be added the fast way. */
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
 * A record that stays packed: where its parts lie, and each part made when it is asked for. Most are never:
 * an offset and a timestamp as text, two views of bytes and an object of headers cost more than all else that
 * is done for a record whose handler returns at once.
 */
export class LogRecord implements FetchedRecord {
  /**
   * @param source what it lies in
   * @param at where it begins, after its length
   * @param keyLength -1 for none, as is `valueLength`
   * @param byteLength how many bytes all of it takes: key, value, headers
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

  get text(): string | null {
    const { valueAt, valueLength } = this;
    return valueLength < 0 ? null : this.source.bytes.toString('utf8', valueAt, valueAt + valueLength);
  }

  get timestamp(): string {
    const reader = new ByteReader(this.source.bytes, this.at);
    reader.int8(); // its attributes
    return this.source.timestamp(reader.varlong());
  }

  get headers(): RawHeaders {
    const { bytes } = this.source;
    const at = this.valueAt + Math.max(0, this.valueLength);
    // A count of zero, without a reader: every record is looked at for who it is meant for.
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

  /** All of it, made, for those who take a record for a plain object. */
  toPlain(): PlainRecord {
    const { offset, key, value, timestamp, headers, details } = this;
    return { ...details, offset, key, value, timestamp, headers };
  }
}

/**
 * Reads over the next record.
 * @throws RangeError where its parts do not fill it, or its offset does not lie between the one before it and the end
 * of its batch: what is read of it later must not be the first to find that out
 */
export function readRecord(records: ByteReader, source: RecordSource, after: number): LogRecord {
  const length = records.varint();
  const { at } = records;
  records.skip(1); // its attributes
  records.skipVarlong(); // its timestamp
  const offsetDelta = readOffsetDelta(records, after, source.context.lastOffsetDelta);
  const keyLength = records.varint();
  const keyAt = records.at;
  if (keyLength > 0) records.skip(keyLength);
  const valueLength = records.varint();
  const valueAt = records.at;
  if (valueLength > 0) records.skip(valueLength);
  skipHeaders(records);
  if (records.at !== at + length)
    throw new RangeError(`its record ${offsetDelta} is longer or shorter than its parts`);
  return new LogRecord(source, at, length, offsetDelta, keyAt, keyLength, valueAt, valueLength);
}

/**
 * Moves over the next record, where its offset is below `to`.
 * @returns its offset delta; undefined where it is not, and is still to be read
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
  records.skip(1); // its attributes
  records.skipVarlong(); // its timestamp
  const offsetDelta = readOffsetDelta(records, after, lastOffsetDelta);
  if (records.at > at + length) throw new RangeError(`its record ${offsetDelta} is shorter than its parts`);
  records.moveTo(offsetDelta < to ? at + length : start);
  return offsetDelta < to ? offsetDelta : undefined;
}

function readOffsetDelta(records: ByteReader, after: number, lastOffsetDelta: number): number {
  const offsetDelta = records.varint();
  if (offsetDelta > after && offsetDelta <= lastOffsetDelta) return offsetDelta;
  throw new RangeError(
    `it has a record at offset ${offsetDelta} of its own, after ${after}, and says that it ends at ${lastOffsetDelta}`,
  );
}

/** Beyond that, making a record's headers would hold the event loop: a batch of 60 kB can unpack to 30 million. */
const MAX_HEADERS = 65_536;

function skipHeaders(records: ByteReader): void {
  const count = records.varint();
  if (count < 0 || count > MAX_HEADERS)
    throw new RangeError(`it has a record with ${count} headers; up to ${MAX_HEADERS} are read`);
  for (let i = 0; i < count; i++) {
    records.skip(records.varint());
    const length = records.varint();
    if (length > 0) records.skip(length);
  }
}

/** Values that share a name become an array, in their order. */
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
