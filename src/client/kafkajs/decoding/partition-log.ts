import type { FetchedMessage } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { MAGIC } from '../../protocol/batch-context.js';
import { ByteReader } from '../../protocol/byte-reader.js';
import { type LogBatch, MAGIC_AT, type PackedRecord } from './log-batch.js';
import { readMessageSet } from './message-set.js';
import { PackedMessages } from './packed-messages.js';
import type { ReadingTurns } from '../../protocol/reading-turns.js';
import { readRecordBatch } from './record-batch.js';
import { type AbortedTransaction, Transactions } from './transactions.js';
import { UnreadableBatchError, UnreadableMessages } from './unreadable.js';

/** What of a partition's log was fetched. */
export interface FetchedLog {
  readonly topic: string;
  readonly partition: number;
  readonly log: Buffer;
  /** The offset that was asked for: where it lies within a batch, that comes whole. */
  readonly from: bigint;
  readonly highWatermark: bigint;
  readonly aborted: readonly AbortedTransaction[];
}

/** What reading one answer may take: what lies beyond it is left for the next fetch. */
export class AnswerLimits {
  #bytesLeft: number;

  /**
   * @param bytes what all of it may unpack to, with the objects that its records take, but for the last batch
   * @param recordsOfPartition how many records one partition may bring
   */
  constructor(
    bytes: number,
    readonly recordsOfPartition: number,
  ) {
    this.#bytesLeft = bytes;
  }

  get isUsedUp(): boolean {
    return this.#bytesLeft <= 0;
  }

  take(bytes: number): void {
    this.#bytesLeft -= bytes;
  }
}

/** About what the object of a record takes. */
const RECORD_BYTES = 100;

/** What a reader gets to see, packed: all that comes before a batch that can't be read; then that batch alone. */
export async function readLog(
  fetched: FetchedLog,
  limits: AnswerLimits,
  turns: ReadingTurns,
): Promise<FetchedMessage[]> {
  const { topic, partition, log, from } = fetched;
  const reader = new ByteReader(log);
  const transactions = new Transactions(fetched.aborted);
  const records: PackedRecord[] = [];
  let end: bigint | undefined;
  let at = 0;
  try {
    while (!limits.isUsedUp && records.length < limits.recordsOfPartition) {
      at = reader.at;
      const batch = readBatch(reader);
      if (!batch) break;
      assureInPlace(
        batch,
        end,
        fetched,
        log.length >= reader.at + 8 ? log.readBigInt64BE(reader.at) : undefined,
      );
      const isVisible = await transactions.admits(batch, turns);
      if (isVisible) {
        const read = await batch.records(
          { from, after: end ?? -1n, most: limits.recordsOfPartition - records.length },
          turns,
        );
        limits.take(read.unpackedBytes + RECORD_BYTES * read.records.length);
        for (const record of read.records) records.push(record);
        if (!read.isWhole) return [new PackedMessages(records.at(-1)?.offset ?? String(end), records)];
      }
      end = batch.lastOffset;
      if (turns.isSpent) await turns.next();
    }
    if (end !== undefined && end < from)
      throw new RangeError(`it ends before offset ${from}, which was asked for`);
    if (end !== undefined) return [new PackedMessages(String(end), records)];
    if (log.length === 0 || limits.isUsedUp) return [];
    throw new RangeError('it is cut off, or no batch at all');
  } catch (error) {
    if (end !== undefined && end >= from) return [new PackedMessages(String(end), records)];
    const offset = log.length >= at + 8 ? String(log.readBigInt64BE(at)) : 'unknown';
    return [new UnreadableMessages(new UnreadableBatchError(topic, partition, offset, error))];
  }
}

/** Reads the next batch, of any format; undefined where a fetch was cut off within it, or nothing is left. */
function readBatch(log: ByteReader): LogBatch | undefined {
  if (log.remaining < MAGIC_AT + 1) return undefined;
  const offset = log.int64();
  const length = log.int32();
  if (length > log.remaining) return undefined;
  const bytes = log.slice(length);
  const magic = bytes?.[MAGIC_AT - 12];
  if (!bytes || magic === undefined) throw new RangeError(`it says that it has ${length} bytes`);
  if (magic > MAGIC) throw new RangeError(`it is of format ${magic}, which is not known here`);
  return magic === MAGIC ? readRecordBatch(offset, bytes) : readMessageSet(offset, bytes);
}

/**
 * Checks a batch's offsets against what lies around it, as no checksum covers its first one. Beyond the high
 * committable offset, which a broker may read before the log, there are only batches that nothing was taken from yet.
 *
 * @param end the last offset of the batch before it
 * @param next where the batch behind it begins, as far as was fetched
 * @throws RangeError where they can not be right: to believe them would pass over what lies in between
 */
function assureInPlace(
  { firstOffset, lastOffset, isDense }: LogBatch,
  end: bigint | undefined,
  { highWatermark }: FetchedLog,
  next: bigint | undefined,
): void {
  if (end !== undefined && (firstOffset ?? lastOffset) <= end)
    throw new RangeError(`it begins at ${firstOffset ?? lastOffset}, and the batch before it ends at ${end}`);
  if (next !== undefined && next <= lastOffset)
    throw new RangeError(`it ends at ${lastOffset}, and the batch behind it begins at ${next}`);
  const expected = end === undefined ? highWatermark : end + 1n;
  if (lastOffset >= highWatermark && (!isDense || (firstOffset !== undefined && firstOffset > expected)))
    throw new RangeError(`it ends at ${lastOffset}, and the log at ${highWatermark}`);
}
