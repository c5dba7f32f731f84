import { crc32 } from 'node:zlib';
import type { FetchedMessage } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import type { Offset, RawHeaders } from '../../../pipeline/index.js';
import { ByteReader } from '../../protocol/byte-reader.js';
import {
  ChecksumError,
  CODEC,
  LOG_APPEND_TIME,
  type LogBatch,
  type PackedRecord,
  type ReadRecords,
  unpack,
  type Wanted,
} from './log-batch.js';
import type { ReadingTurns } from '../../protocol/reading-turns.js';

/** A message as it lies in the log. */
interface Message {
  readonly magic: number;
  readonly attributes: number;
  /** -1 where the format has none, as Kafka's own clients have it. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const CHECKSUM_BYTES = 4;
const NO_HEADERS: RawHeaders = Object.freeze({});
const NO_TIMESTAMP = -1n;
const LOOK_EVERY_RECORDS = 1_024;

/**
 * Reads a message of the formats before Kafka 0.11; one that is compressed holds others.
 * @param bytes all that follows its length
 * @throws ChecksumError where it is not what was written; RangeError where it contradicts itself
 */
export function readMessageSet(offset: bigint, bytes: Buffer): LogBatch {
  const message = readMessage(bytes);
  const isPacked = (message.attributes & CODEC) !== 0;
  if (offset < 0n) throw new RangeError(`it says that it is at offset ${offset}`);
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
  const said = reader.int32() >>> 0;
  const found = crc32(bytes.subarray(CHECKSUM_BYTES));
  if (said !== found) throw new ChecksumError(said, found);
  const magic = reader.int8();
  if (magic !== 0 && magic !== 1) throw new RangeError(`it is of format ${magic}`);
  const attributes = reader.int8();
  const timestamp = magic === 0 ? NO_TIMESTAMP : reader.int64();
  const key = reader.slice(reader.int32());
  const value = reader.slice(reader.int32());
  if (reader.remaining > 0) throw new RangeError(`${reader.remaining} bytes are left after its message`);
  return { magic, attributes, timestamp, key, value };
}

async function readPlain(offset: bigint, message: Message, wanted: Wanted): Promise<ReadRecords> {
  const records = offset >= wanted.from ? [toRecord(offset, message, ownBytes)] : [];
  return { records, isWhole: true, unpackedBytes: message.value?.length ?? 0 };
}

async function readPacked(
  lastOffset: bigint,
  outer: Message,
  { from, after, most }: Wanted,
  turns: ReadingTurns,
): Promise<ReadRecords> {
  const bytes = await unpack(outer.value ?? Buffer.alloc(0), outer.attributes & CODEC);
  const { count, last } = await countIn(bytes, turns);
  if (count === 0) throw new RangeError('it is compressed, and nothing is in it');
  // Since format 1 they are relative: the last one is that of the message around them.
  const base = outer.magic === 0 ? 0n : lastOffset - last;
  // A few records of many are not to keep all of them in memory.
  const keep = count > most ? (part: Buffer): Buffer => Buffer.from(part) : (part: Buffer): Buffer => part;
  const records: PackedRecord[] = [];
  const reader = new ByteReader(bytes);
  let before = after;
  let at = 0;
  for (; at < count && records.length < most; at++) {
    const offset = base + reader.int64();
    const inner = readMessage(reader.slice(reader.int32()) ?? Buffer.alloc(0));
    if (offset <= before || offset > lastOffset)
      throw new RangeError(
        `it has a message at offset ${offset}, after ${before}, and ends at ${lastOffset}`,
      );
    if (inner.magic !== outer.magic || (inner.attributes & CODEC) !== 0)
      throw new RangeError('it has a message within that is compressed again, or of another format');
    before = offset;
    const time = outer.attributes & LOG_APPEND_TIME ? outer.timestamp : inner.timestamp;
    if (offset >= from) records.push(toRecord(offset, { ...inner, timestamp: time }, keep));
    if (at % LOOK_EVERY_RECORDS === 0 && turns.isSpent) await turns.next();
  }
  return { records, isWhole: at === count, unpackedBytes: bytes.length };
}

/** How many messages there are, and the offset of the last one as it lies there. */
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

/** The bytes without the answer that they came in, unless they are most of it. */
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
  const toPlain = (): FetchedMessage => ({ ...details, ...record });
  return { ...record, details, toPlain };
}
