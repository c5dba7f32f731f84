import { type AbortedTransaction, AbortedTransactions } from './aborted-transactions.js';
import { MAGIC } from './batch-context.js';
import { ByteReader } from './byte-reader.js';
import { UnreadableBatchError } from './errors.js';
import { type LogBatch, MAGIC_AT, type PackedRecord } from './log-batch.js';
import { readMessageSet } from './message-set.js';
import type { ReadingTurns } from './reading-turns.js';
import { readRecordBatch } from './record-batch.js';
import type { ResponseLimits } from './response-limits.js';

/** The fetched part of a partition's log. */
export interface FetchedLog {
  readonly topic: string;
  readonly partition: number;
  readonly log: Buffer;
  /** The requested offset; the log begins with the batch that contains it. */
  readonly from: bigint;
  readonly highWatermark: bigint;
  readonly aborted: readonly AbortedTransaction[];
}

/** The result of reading a partition's log: visible records and the position after them, or an unreadable batch. */
export type ReadLog =
  | {
      readonly records: readonly PackedRecord[];
      /** The last offset that was read. It may be higher than that of the last record. */
      readonly lastOffset: string;
    }
  | { readonly unreadable: UnreadableBatchError };

/** About the size of a record's object. */
const RECORD_BYTES = 100;

/**
 * Reads the visible records of a log, up to the first batch that cannot be read.
 * @returns undefined if the log is empty, or the limits of the response are used up
 */
export async function readLog(
  fetched: FetchedLog,
  limits: ResponseLimits,
  turns: ReadingTurns,
): Promise<ReadLog | undefined> {
  const { topic, partition, log, from } = fetched;
  const { recordsPerPartition, batchBytes } = limits;
  const reader = new ByteReader(log);
  const aborted = new AbortedTransactions(fetched.aborted, batchBytes);
  const records: PackedRecord[] = [];
  let end: bigint | undefined;
  let at = 0;
  try {
    while (!limits.isUsedUp && records.length < recordsPerPartition) {
      at = reader.at;
      const batch = readBatch(reader);
      if (!batch) break;
      const next = log.length >= reader.at + 8 ? log.readBigInt64BE(reader.at) : undefined;
      assertInPlace(batch, end, fetched, next);
      if (await aborted.isVisible(batch, turns)) {
        const maxRecords = recordsPerPartition - records.length;
        const wanted = { from, after: end ?? -1n, maxRecords, maxBytes: batchBytes };
        const read = await batch.records(wanted, turns);
        limits.take(read.unpackedBytes + RECORD_BYTES * read.records.length);
        for (const record of read.records) records.push(record);
        if (!read.isComplete) return { records, lastOffset: records.at(-1)?.offset ?? String(end) };
      }
      end = batch.lastOffset;
      if (turns.isSpent) await turns.next();
    }
    if (end !== undefined && end < from) throw new RangeError(`it ends before the requested offset ${from}`);
    if (end !== undefined) return { records, lastOffset: String(end) };
    if (log.length === 0 || limits.isUsedUp) return undefined;
    throw new RangeError('it is cut off, or is no batch');
  } catch (error) {
    if (end !== undefined && end >= from) return { records, lastOffset: String(end) };
    const offset = log.length >= at + 8 ? String(log.readBigInt64BE(at)) : 'unknown';
    return { unreadable: new UnreadableBatchError(topic, partition, offset, error) };
  }
}

/** Reads the next batch of any format; undefined if the log ends within it, or has no more bytes. */
function readBatch(log: ByteReader): LogBatch | undefined {
  if (log.remaining < MAGIC_AT + 1) return undefined;
  const offset = log.int64();
  const length = log.int32();
  if (length > log.remaining) return undefined;
  const bytes = log.slice(length);
  const magic = bytes?.[MAGIC_AT - 12];
  if (!bytes || magic === undefined) throw new RangeError(`it claims to have ${length} bytes`);
  if (magic > MAGIC) throw new RangeError(`it has the unknown format ${magic}`);
  return magic === MAGIC ? readRecordBatch(offset, bytes) : readMessageSet(offset, bytes);
}

/**
 * Checks a batch's offsets against its neighbours, since no checksum covers its first offset. A broker may read the high
 * watermark before the log; beyond it, the log has not been compacted yet.
 *
 * @param end the last offset of the batch before
 * @param next the first offset of the next batch, if it was fetched
 * @throws RangeError if the offsets are impossible: trusting them would skip records
 */
function assertInPlace(
  { firstOffset, lastOffset, isDense }: LogBatch,
  end: bigint | undefined,
  { highWatermark }: FetchedLog,
  next: bigint | undefined,
): void {
  if (end !== undefined && (firstOffset ?? lastOffset) <= end)
    throw new RangeError(`it begins at ${firstOffset ?? lastOffset}, but the batch before it ends at ${end}`);
  if (next !== undefined && next <= lastOffset)
    throw new RangeError(`it ends at ${lastOffset}, but the batch behind it begins at ${next}`);
  const expected = end === undefined ? highWatermark : end + 1n;
  if (lastOffset >= highWatermark && (!isDense || (firstOffset !== undefined && firstOffset > expected)))
    throw new RangeError(`it ends at ${lastOffset}, but the log ends at ${highWatermark}`);
}
