import { type BatchContext, MAGIC } from './batch-context.js';
import { ByteReader } from './byte-reader.js';
import { unpack } from './codecs/unpack.js';
import { crc32c } from './crc32c.js';
import { ChecksumError } from './errors.js';
import { CODEC, LOG_APPEND_TIME, type LogBatch, type ReadRecords, type WantedRecords } from './log-batch.js';
import { type LogRecord, readRecord, RecordSource, skipRecord } from './log-record.js';
import type { ReadingTurns } from './reading-turns.js';

/** The size of a batch's header after its offset and length. */
const HEADER_BYTES = 49;
/** The checksum covers what follows it. */
const CHECKSUM_AT = 5;
const CHECKSUM_BYTES = 4;
const MAX_OFFSET = 2n ** 63n - 1n;
const NOTHING = Buffer.alloc(0);

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/**
 * Reads a batch of the format since Kafka 0.11.
 * @param baseOffset its first offset, which its checksum does not cover
 * @param bytes what follows its length
 * @throws ChecksumError if its checksum is wrong; RangeError if it contradicts itself
 */
export function readRecordBatch(baseOffset: bigint, bytes: Buffer): LogBatch {
  if (bytes.length < HEADER_BYTES) throw new RangeError(`it claims to have ${bytes.length} bytes`);
  const expected = bytes.readUInt32BE(CHECKSUM_AT);
  const computed = crc32c(bytes.subarray(CHECKSUM_AT + CHECKSUM_BYTES));
  if (expected !== computed) throw new ChecksumError(expected, computed);
  const batch = new ByteReader(bytes);
  const partitionLeaderEpoch = batch.int32();
  batch.skip(1 + CHECKSUM_BYTES); // the magic byte and the checksum
  const attributes = batch.int16();
  const lastOffsetDelta = batch.int32();
  const context: BatchContext = {
    magicByte: MAGIC,
    firstOffset: String(baseOffset),
    partitionLeaderEpoch,
    lastOffsetDelta,
    firstTimestamp: String(batch.int64()),
    maxTimestamp: String(batch.int64()),
    timestampType: attributes & LOG_APPEND_TIME ? 1 : 0,
    producerId: String(batch.int64()),
    producerEpoch: batch.int16(),
    firstSequence: batch.int32(),
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
    isControlBatch: (attributes & CONTROL) !== 0,
  };
  const count = batch.int32();
  const lastOffset = baseOffset + BigInt(lastOffsetDelta);
  if (baseOffset < 0n || lastOffsetDelta < 0 || lastOffset > MAX_OFFSET)
    throw new RangeError(`it claims to have the offsets ${baseOffset} to ${lastOffset}`);
  if (count < 0 || count > lastOffsetDelta + 1)
    throw new RangeError(`it claims to have ${count} records at ${lastOffsetDelta + 1} offsets`);
  const packed = batch.rest();
  return {
    firstOffset: baseOffset,
    lastOffset,
    isDense: count === lastOffsetDelta + 1,
    transaction: transactionOf(context),
    records: async (wanted, turns) => {
      const unpacked = count === 0 ? NOTHING : await unpack(packed, attributes & CODEC, wanted.maxBytes);
      return readRecords(unpacked, count, context, wanted, turns);
    },
  };
}

function transactionOf({ producerId, inTransaction, isControlBatch }: BatchContext): LogBatch['transaction'] {
  return inTransaction || isControlBatch ? { producerId, isMarker: isControlBatch } : undefined;
}

/** How many records are read between two readings of the clock. */
const LOOK_EVERY_RECORDS = 1_024;

async function readRecords(
  bytes: Buffer,
  count: number,
  context: BatchContext,
  { from, maxRecords }: WantedRecords,
  turns: ReadingTurns,
): Promise<ReadRecords> {
  const { lastOffsetDelta } = context;
  const skipped = new ByteReader(bytes);
  const first = Number(from - BigInt(context.firstOffset));
  let after = -1;
  let at = 0;
  for (; at < count && after < first; at++) {
    const delta = skipRecord(skipped, after, first, lastOffsetDelta);
    if (delta === undefined) break;
    after = delta;
    if (at % LOOK_EVERY_RECORDS === 0 && turns.isSpent) await turns.next();
  }
  const kept = bytes.subarray(skipped.at);
  const reader = new ByteReader(kept);
  const source = new RecordSource(kept, context);
  const records: LogRecord[] = [];
  for (; at < count && records.length < maxRecords; at++) {
    const record = readRecord(reader, source, after);
    records.push(record);
    after = record.offsetDelta;
    if (at % LOOK_EVERY_RECORDS === 0 && turns.isSpent) await turns.next();
  }
  const isComplete = at === count;
  if (isComplete && reader.remaining > 0)
    throw new RangeError(`${reader.remaining} bytes are left after its ${count} records`);
  source.trim(reader.at);
  return { records, isComplete, unpackedBytes: bytes.length };
}
