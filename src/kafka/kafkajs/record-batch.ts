import kafkajs from 'kafkajs';
import { type BatchContext, MAGIC } from './batch-context.js';
import { ByteReader } from './byte-reader.js';
import { type LogRecord, readRecord, RecordSource } from './log-record.js';

/** A batch of the log, its records still packed. */
export interface RecordBatch {
  /** The last offset it stands for; its last record's own may be lower, or it may have none, after a compaction. */
  readonly lastOffset: bigint;
  readonly context: BatchContext;
  /** How much its records took, once they are read. */
  readonly unpackedBytes: number;
  /**
   * Reads its records; once.
   * @throws where they are not what the batch says, or unpack to more than they may
   */
  records(): Promise<LogRecord[]>;
}

/** Where the magic byte stands: after offset, length and leader epoch. */
export const MAGIC_AT = 16;
const CHECKSUM_BYTES = 4;
const NOTHING = Buffer.alloc(0);

const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Reads the next batch; undefined where a fetch was cut off within it, or nothing is left. */
export function readRecordBatch(log: ByteReader): RecordBatch | undefined {
  if (log.remaining < MAGIC_AT + 1) return undefined;
  const baseOffset = log.int64();
  const length = log.int32();
  if (log.remaining < length) return undefined;
  const batch = new ByteReader(log.slice(length) ?? Buffer.alloc(0));
  const partitionLeaderEpoch = batch.int32();
  if (batch.int8() !== MAGIC) return undefined;
  batch.skip(CHECKSUM_BYTES);
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
  const lastOffset = baseOffset + BigInt(lastOffsetDelta);
  let unpackedBytes = 0;
  return {
    lastOffset,
    context,
    get unpackedBytes() {
      return unpackedBytes;
    },
    records: async () => {
      const count = batch.int32();
      const bytes = count === 0 ? NOTHING : await unpacked(batch.rest(), attributes & CODEC);
      unpackedBytes = bytes.length;
      return readRecords(bytes, count, context);
    },
  };
}

function readRecords(bytes: Buffer, count: number, context: BatchContext): LogRecord[] {
  if (count < 0) throw new RangeError(`it says that it has ${count} records`);
  const records = new ByteReader(bytes);
  const source = new RecordSource(bytes, context);
  const read = records.array(count, () => readRecord(records, source));
  if (records.remaining > 0)
    throw new RangeError(`${records.remaining} bytes are left after its ${count} records`);
  return read;
}

/**
 * The bytes without the answer that they came in, unless they are most of it: a record that waits for its turn, or for
 * a retry, keeps its batch in memory, and is not to keep what was fetched of other partitions along with it.
 */
function ownBytes(bytes: Buffer): Buffer {
  return 2 * bytes.length < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

/** @throws where they are compressed in a way that nobody has registered */
async function unpacked(bytes: Buffer, codec: number): Promise<Buffer> {
  const codecs: Record<number, (() => { decompress(bytes: Buffer): Promise<Buffer> }) | undefined> =
    kafkajs.CompressionCodecs;
  if (codec === 0) return ownBytes(bytes);
  const known = codecs[codec];
  if (!known) throw new Error(`a batch is compressed with codec ${codec}, which is not known here`);
  return known().decompress(bytes);
}
