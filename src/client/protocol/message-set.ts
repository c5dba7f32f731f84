import { crc32 } from 'node:zlib';
import type { Offset, RawHeaders } from '../../pipeline/index.js';
import { ByteReader } from './byte-reader.js';
import { unpack } from './codecs/unpack.js';
import { ChecksumError } from './errors.js';
import {
  CODEC,
  LOG_APPEND_TIME,
  type LogBatch,
  type PackedRecord,
  type PlainRecord,
  type ReadRecords,
  type WantedRecords,
} from './log-batch.js';
import type { ReadingTurns } from './reading-turns.js';

/** A message of the log. */
interface Message {
  readonly magic: number;
  readonly attributes: number;
  /** -1 if the format has none, as in Kafka's own clients. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const CHECKSUM_BYTES = 4;
const NO_HEADERS: RawHeaders = Object.freeze({});
const NO_TIMESTAMP = -1n;
const LOOK_EVERY_RECORDS = 1_024;

/**
 * Reads a message of the formats before Kafka 0.11. A compressed message contains others.
 * @param bytes what follows its length
 * @throws ChecksumError if its checksum is wrong; RangeError if it contradicts itself
 */
export function readMessageSet(offset: bigint, bytes: Buffer): LogBatch {
  const message = readMessage(bytes);
  const isPacked = (message.attributes & CODEC) !== 0;
  if (offset < 0n) throw new RangeError(`it claims to be at offset ${offset}`);
  return {
    firstOffset: isPacked ? undefined : offset,
    lastOffset: offset,
    isDense: true,
    transaction: undefined,
    records: (wanted, turns) =>
      isPacked ? readPacked(offset, message, wanted, turns) : readPlain(offset, message, wanted),
  };
}

function readMessage(bytes: Buffer): Message {
  const reader = new ByteReader(bytes);
  const expected = reader.int32() >>> 0;
  const computed = crc32(bytes.subarray(CHECKSUM_BYTES));
  if (expected !== computed) throw new ChecksumError(expected, computed);
  const magic = reader.int8();
  if (magic !== 0 && magic !== 1) throw new RangeError(`it has the unknown format ${magic}`);
  const attributes = reader.int8();
  const timestamp = magic === 0 ? NO_TIMESTAMP : reader.int64();
  const key = reader.slice(reader.int32());
  const value = reader.slice(reader.int32());
  if (reader.remaining > 0) throw new RangeError(`${reader.remaining} bytes are left after its message`);
  return { magic, attributes, timestamp, key, value };
}

async function readPlain(offset: bigint, message: Message, wanted: WantedRecords): Promise<ReadRecords> {
  const records = offset >= wanted.from ? [toRecord(offset, message, ownBytes)] : [];
  return { records, isComplete: true, unpackedBytes: message.value?.length ?? 0 };
}

async function readPacked(
  lastOffset: bigint,
  outer: Message,
  { from, after, maxRecords, maxBytes }: WantedRecords,
  turns: ReadingTurns,
): Promise<ReadRecords> {
  const bytes = await unpack(outer.value ?? Buffer.alloc(0), outer.attributes & CODEC, maxBytes);
  const { count, last } = await countIn(bytes, turns);
  if (count === 0) throw new RangeError('it is compressed, but contains no message');
  // Since format 1, inner offsets are relative: the last one is that of the outer message.
  const base = outer.magic === 0 ? 0n : lastOffset - last;
  // If only some records are kept, they must not keep the others in memory.
  const keep =
    count > maxRecords ? (part: Buffer): Buffer => Buffer.from(part) : (part: Buffer): Buffer => part;
  const records: PackedRecord[] = [];
  const reader = new ByteReader(bytes);
  let before = after;
  let at = 0;
  for (; at < count && records.length < maxRecords; at++) {
    const offset = base + reader.int64();
    const inner = readMessage(reader.slice(reader.int32()) ?? Buffer.alloc(0));
    if (offset <= before || offset > lastOffset)
      throw new RangeError(
        `it contains a message at offset ${offset} after ${before}, but ends at ${lastOffset}`,
      );
    if (inner.magic !== outer.magic || (inner.attributes & CODEC) !== 0)
      throw new RangeError('it contains a message that is compressed again, or of another format');
    before = offset;
    const time = outer.attributes & LOG_APPEND_TIME ? outer.timestamp : inner.timestamp;
    if (offset >= from) records.push(toRecord(offset, { ...inner, timestamp: time }, keep));
    if (at % LOOK_EVERY_RECORDS === 0 && turns.isSpent) await turns.next();
  }
  return { records, isComplete: at === count, unpackedBytes: bytes.length };
}

/** @returns the number of messages, and the offset of the last one as it is stored */
async function countIn(bytes: Buffer, turns: ReadingTurns): Promise<{ count: number; last: bigint }> {
  const reader = new ByteReader(bytes);
  let count = 0;
  let last = -1n;
  for (; reader.remaining > 0; count++) {
    last = reader.int64();
    reader.skip(reader.int32());
    if (count % LOOK_EVERY_RECORDS === 0 && turns.isSpent) await turns.next();
  }
  return { count, last };
}

/** @returns a copy of the bytes, or the bytes themselves if they are most of the buffer that they are in */
function ownBytes(bytes: Buffer): Buffer {
  return 2 * bytes.length < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

function toRecord(
  offset: bigint,
  { magic, attributes, timestamp, key, value }: Message,
  keep: (bytes: Buffer) => Buffer,
): PackedRecord {
  const record = {
    offset: String(offset) as Offset,
    key: key && keep(key),
    value: value && keep(value),
    timestamp: String(timestamp),
    headers: NO_HEADERS,
    byteLength: (key?.length ?? 0) + (value?.length ?? 0),
  };
  const details = { magicByte: magic, attributes, isControlRecord: false };
  const toPlain = (): PlainRecord => ({ ...details, ...record });
  return { ...record, details, toPlain };
}
