/** Writes logs and fetch responses byte by byte: valid data, or data that an attacker has forged. */
import { crc32 } from 'node:zlib';
import { crc32c } from '../crc32c.js';
import type { UnreadableBatchError } from '../errors.js';
import { readFetchResponse } from '../fetch-response.js';
import type { PackedRecord } from '../log-batch.js';
import type { ReadLog } from '../partition-log.js';

/** A record to be written. */
export interface RecordToWrite {
  readonly offsetDelta: number;
  readonly timestampDelta?: number;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly (readonly [name: string, value: Buffer | null])[];
}

/** @returns a number of up to 53 bits in zigzag encoding */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function sized(bytes: Buffer | null | undefined): Buffer {
  return bytes ? Buffer.concat([varint(bytes.length), bytes]) : varint(-1);
}

/** @returns a record of a batch */
export function recordBytes(record: RecordToWrite): Buffer {
  const { offsetDelta, timestampDelta = 0, key, value, headers = [] } = record;
  const body = Buffer.concat([
    Buffer.of(0),
    varint(timestampDelta),
    varint(offsetDelta),
    sized(key),
    sized(value),
    varint(headers.length),
    ...headers.flatMap(([name, each]) => [sized(Buffer.from(name)), sized(each)]),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

/** The header of a batch. */
export interface BatchHead {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly count: number;
  /** The number of its codec, and bits for transactions and markers. */
  readonly attributes?: number;
  readonly producerId?: bigint;
}

const CHECKSUM_AT = 17;
const CHECKED_FROM = 21;
/** The position of the first record in a batch. */
export const RECORDS_AT = 61;

/**
 * @param packed its records, packed with the codec that its attributes name
 * @returns a batch with its checksum
 */
export function batchBytes(head: BatchHead, packed: Buffer): Buffer {
  const batch = Buffer.alloc(RECORDS_AT + packed.length);
  batch.writeBigInt64BE(head.firstOffset, 0);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(head.attributes ?? 0, 21);
  batch.writeInt32BE(head.lastOffsetDelta, 23);
  batch.writeBigInt64BE(1_700_000_000_000n, 27);
  batch.writeBigInt64BE(1_700_000_000_000n, 35);
  batch.writeBigInt64BE(head.producerId ?? -1n, 43);
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(head.count, 57);
  packed.copy(batch, RECORDS_AT);
  batch.writeInt32BE(batch.length - 12, 8);
  return signed(batch);
}

/** Sets the checksum of a batch, like an attacker; a damaged disk would not change it. @returns the same batch */
export function signed(batch: Buffer): Buffer {
  if (batch.length > CHECKED_FROM) batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM)), CHECKSUM_AT);
  return batch;
}

/** @returns the marker at the end of a transaction */
export function markerBytes(firstOffset: bigint, producerId: bigint, isCommit: boolean): Buffer {
  const key = Buffer.of(0, 0, 0, isCommit ? 1 : 0);
  const record = recordBytes({ offsetDelta: 0, key, value: Buffer.alloc(6) });
  return batchBytes({ firstOffset, lastOffsetDelta: 0, count: 1, attributes: 0x30, producerId }, record);
}

/** A message of the formats before Kafka 0.11. */
export interface MessageToWrite {
  readonly offset: bigint;
  readonly magic: 0 | 1;
  readonly attributes?: number;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
}

/** @returns a message with its checksum */
export function messageBytes({ offset, magic, attributes = 0, key, value }: MessageToWrite): Buffer {
  const part = (bytes: Buffer | null | undefined): Buffer => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(bytes ? bytes.length : -1);
    return Buffer.concat([length, bytes ?? Buffer.alloc(0)]);
  };
  const timestamp = Buffer.alloc(magic === 1 ? 8 : 0);
  if (magic === 1) timestamp.writeBigInt64BE(1_700_000_000_000n);
  const checked = Buffer.concat([Buffer.of(magic, attributes), timestamp, part(key), part(value)]);
  const head = Buffer.alloc(16);
  head.writeBigInt64BE(offset, 0);
  head.writeInt32BE(4 + checked.length, 8);
  head.writeUInt32BE(crc32(checked), 12);
  return Buffer.concat([head, checked]);
}

/** One partition of a fetch response. */
export interface PartitionToSend {
  readonly partition: number;
  readonly log: Buffer;
  readonly highWatermark?: bigint;
  readonly aborted?: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
}

/** @returns the fetch response of version 11 for partitions of one topic */
export function responseBytes(topic: string, partitions: readonly PartitionToSend[]): Buffer {
  const name = Buffer.from(topic);
  const head = Buffer.alloc(20);
  head.writeInt32BE(1, 10);
  head.writeInt16BE(name.length, 14);
  const parts: Buffer[] = [head.subarray(0, 16), name];
  const count = Buffer.alloc(4);
  count.writeInt32BE(partitions.length);
  parts.push(count);
  for (const { partition, log, highWatermark = 1_000_000_000n, aborted = [] } of partitions) {
    const before = Buffer.alloc(34);
    before.writeInt32BE(partition, 0);
    before.writeBigInt64BE(highWatermark, 6);
    before.writeBigInt64BE(highWatermark, 14);
    before.writeInt32BE(aborted.length, 30);
    const listed = Buffer.alloc(16 * aborted.length);
    for (const [at, { producerId, firstOffset }] of aborted.entries()) {
      listed.writeBigInt64BE(producerId, 16 * at);
      listed.writeBigInt64BE(firstOffset, 16 * at + 8);
    }
    const after = Buffer.alloc(8);
    after.writeInt32BE(-1, 0);
    after.writeInt32BE(log.length, 4);
    parts.push(before, listed, after, log);
  }
  return Buffer.concat(parts);
}

/** How a log is read in a spec. */
export interface ReadOptions {
  readonly fetchOffset?: string;
  readonly highWatermark?: bigint;
  readonly maxRecords?: number;
  readonly maxBatchBytes?: number;
}

/** Reads the log of the partition `orders[3]` from a fetch response. */
export async function readOrders(
  log: Buffer,
  { fetchOffset = '0', highWatermark, maxRecords = 10_000, maxBatchBytes = 67_108_864 }: ReadOptions = {},
): Promise<ReadLog | undefined> {
  const sent = { partition: 3, log, ...(highWatermark !== undefined && { highWatermark }) };
  const requested = [{ topic: 'orders', partitions: [{ partition: 3, fetchOffset }] }];
  const options = { requested, maxRecords, maxBatchBytes };
  const { topics } = await readFetchResponse(responseBytes('orders', [sent]), options);
  return topics[0]?.partitions[0]?.read;
}

/** @returns why a log can't be read; undefined if it can */
export function unreadableIn(read: ReadLog | undefined): UnreadableBatchError | undefined {
  return read && 'unreadable' in read ? read.unreadable : undefined;
}

/** @returns the records that were read */
export function recordsIn(read: ReadLog | undefined): PackedRecord[] {
  return read && 'records' in read ? [...read.records] : [];
}

/** @returns the last offset that was read */
export function lastOffsetIn(read: ReadLog | undefined): string | undefined {
  return read && 'records' in read ? read.lastOffset : undefined;
}

/** @returns blocks in the framing of Snappy's Java library */
export function xerial(blocks: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = [
    Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
  ];
  for (const block of blocks) {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}
