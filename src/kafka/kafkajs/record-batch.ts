import kafkajs from 'kafkajs';
import { ByteReader } from './byte-reader.js';

/** A record as kafkajs hands it on. A control record moves the position and is shown to nobody. */
export interface DecodedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** What kafkajs tells of a record's batch, by its names. */
export interface BatchContext {
  readonly magicByte: number;
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly partitionLeaderEpoch: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly lastOffsetDelta: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
}

/** A batch of the log, its records still packed. */
export interface RecordBatch {
  /** The last offset it stands for; its last record's own may be lower, or it may have none, after a compaction. */
  readonly lastOffset: bigint;
  readonly context: BatchContext;
  /** Reads its records; once. */
  records(): Promise<DecodedRecord[]>;
}

type HeaderValue = Buffer | null;
type Headers = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;

/** The format since Kafka 0.11, and the only one that Kafka 4 writes. */
export const MAGIC = 2;
/** Where the magic byte stands: after offset, length and leader epoch. */
export const MAGIC_AT = 16;
const CHECKSUM_BYTES = 4;

const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const NO_HEADERS: Headers = Object.freeze({});

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
  const records = () => readRecords(batch, attributes & CODEC, context);
  return { lastOffset, context, records };
}

/** @throws where they are compressed in a way that nobody has registered */
async function readRecords(
  batch: ByteReader,
  codec: number,
  context: BatchContext,
): Promise<DecodedRecord[]> {
  const count = batch.int32();
  if (count === 0) return [];
  const records = codec === 0 ? batch : await unpacked(batch, codec);
  const offsetAt = offsetsFrom(BigInt(context.firstOffset), context.lastOffsetDelta);
  const firstTimestamp = Number(context.firstTimestamp);
  const appendedAt = context.timestampType === 1 ? context.maxTimestamp : undefined;
  return records.array(count, () => {
    records.varint(); // its length
    const attributes = records.int8();
    const createdAt = firstTimestamp + records.varlong();
    const offset = offsetAt(records.varint());
    return {
      magicByte: MAGIC,
      attributes,
      timestamp: appendedAt ?? String(createdAt),
      offset,
      key: records.slice(records.varint()),
      value: records.slice(records.varint()),
      headers: readHeaders(records),
      isControlRecord: context.isControlBatch,
      batchContext: context,
    };
  });
}

/** Offsets are 64-bit numbers, and almost always small enough to be added the fast way. */
function offsetsFrom(first: bigint, lastDelta: number): (delta: number) => string {
  const fast = Number(first);
  return Number.isSafeInteger(fast + lastDelta)
    ? (delta) => String(fast + delta)
    : (delta) => String(first + BigInt(delta));
}

async function unpacked(batch: ByteReader, codec: number): Promise<ByteReader> {
  const codecs: Record<number, (() => { decompress(bytes: Buffer): Promise<Buffer> }) | undefined> =
    kafkajs.CompressionCodecs;
  const known = codecs[codec];
  if (!known) throw new Error(`a batch is compressed with codec ${codec}, which is not known here`);
  return new ByteReader(await known().decompress(batch.rest()));
}

/** Values that share a name become an array, in their order. */
function readHeaders(records: ByteReader): Headers {
  const count = records.varint();
  if (count <= 0) return NO_HEADERS;
  const headers = new Map<string, HeaderValue | HeaderValue[]>();
  for (let i = 0; i < count; i++) {
    const name = records.text(records.varint());
    const value = records.slice(records.varint());
    const earlier = headers.get(name);
    if (earlier === undefined) headers.set(name, value);
    else headers.set(name, Array.isArray(earlier) ? [...earlier, value] : [earlier, value]);
  }
  return Object.fromEntries(headers);
}
