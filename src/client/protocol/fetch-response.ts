import { ByteReader } from './byte-reader.js';
import { type ReadLog, readLog } from './partition-log.js';
import { ReadingTurns } from './reading-turns.js';
import { ResponseLimits } from './response-limits.js';

/** The maximum unpacked size of a fetch response without its last batch, in bytes. */
const MAX_UNPACKED_BYTES = 67_108_864;

/** The requested offsets: brokers send whole batches, which may begin before them. */
export type RequestedOffsets = readonly {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
}[];

/** The options of reading a fetch response. */
export interface FetchResponseOptions {
  readonly requested: RequestedOffsets;
  /** The maximum number of records of one partition. */
  readonly maxRecords: number;
  /** The maximum unpacked size of one batch, in bytes. */
  readonly maxBatchBytes: number;
}

/** One partition of a fetch response. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly logStartOffset: string;
  /** -1 for none. */
  readonly preferredReadReplica: number;
  /** Undefined if the partition has no bytes in the response. */
  readonly read: ReadLog | undefined;
}

/** A fetch response. */
export interface ReadFetchResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchedPartition[] }[];
}

/**
 * Reads a fetch response of version 11. Records of aborted transactions are left out.
 * @throws RangeError if it is no such response; a batch that cannot be read is a result of its partition, not an
 *   error
 */
export async function readFetchResponse(
  bytes: Buffer,
  { requested, maxRecords, maxBatchBytes }: FetchResponseOptions,
): Promise<ReadFetchResponse> {
  const reader = new ByteReader(bytes);
  const throttleTimeMs = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const topics: { topic: string; partitions: FetchedPartition[] }[] = [];
  const limits = new ResponseLimits(MAX_UNPACKED_BYTES, maxRecords, maxBatchBytes);
  const turns = new ReadingTurns();
  for (let count = reader.int32(); count > 0; count--) {
    const topic = reader.text(reader.int16());
    const partitions: FetchedPartition[] = [];
    const requestedOfTopic = requested.filter((each) => each.topic === topic);
    for (let left = reader.int32(); left > 0; left--) {
      partitions.push(await readPartition(reader, topic, requestedOfTopic, limits, turns));
      if (turns.isSpent) await turns.next();
    }
    topics.push({ topic, partitions });
  }
  return { throttleTimeMs, errorCode, sessionId, topics };
}

async function readPartition(
  reader: ByteReader,
  topic: string,
  requested: RequestedOffsets,
  limits: ResponseLimits,
  turns: ReadingTurns,
): Promise<FetchedPartition> {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = String(reader.int64());
  const logStartOffset = String(reader.int64());
  const aborted = reader.array(reader.int32(), () => ({
    producerId: String(reader.int64()),
    firstOffset: reader.int64(),
  }));
  const preferredReadReplica = reader.int32();
  const log = reader.slice(reader.int32()) ?? Buffer.alloc(0);
  const from = log.length > 0 ? requestedOffset(requested, partition) : 0n;
  return {
    partition,
    errorCode,
    highWatermark: String(highWatermark),
    lastStableOffset,
    logStartOffset,
    preferredReadReplica,
    read: await readLog({ topic, partition, log, from, highWatermark, aborted }, limits, turns),
  };
}

function requestedOffset(requested: RequestedOffsets, partition: number): bigint {
  for (const { partitions } of requested) {
    const found = partitions.find((each) => each.partition === partition);
    if (found) return BigInt(found.fetchOffset);
  }
  return 0n;
}
