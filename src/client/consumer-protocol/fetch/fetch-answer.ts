import { offsetAfter, toOffset } from '../../../pipeline/index.js';
import { readLog } from '../../protocol/partition-log.js';
import { ReadingTurns } from '../../protocol/reading-turns.js';
import { ResponseLimits } from '../../protocol/response-limits.js';
import type { FetchAnswer, PartitionAnswer } from '../messages/fetch.js';
import { epochsIn } from './batch-epochs.js';
import type { FetchListener } from './fetch-listener.js';
import type { FetchSettings } from './fetch-settings.js';
import type { Reading } from './reading.js';

/** The maximum unpacked size of an answer without its last batch, in bytes. */
const MAX_UNPACKED_BYTES = 67_108_864;
/** How long a partition waits before a batch that cannot be read is fetched again, in ms. */
export const UNREADABLE_RETRY_MS = 10_000;

/** Receives what an answer brings besides records. */
export interface AnswerReceiver {
  /** The reading for a partition of the answer, if it is still read from the offset that was asked for. */
  readingOf(topicId: string, partition: number): Reading | undefined;
  /** The partition brought bytes: others are to be served before it the next time. */
  served(reading: Reading): void;
  refused(reading: Reading, answer: PartitionAnswer): void;
  /** No batch of the partition is to be fetched for `delayMs`. */
  block(reading: Reading, delayMs: number): void;
}

/**
 * Reads an answer partition by partition, hands each batch over and moves the position on by as much of it as was taken.
 * Never rejects.
 */
export async function handOver(
  answer: FetchAnswer,
  { maxRecords, maxBatchBytes }: Pick<FetchSettings, 'maxRecords' | 'maxBatchBytes'>,
  listener: FetchListener,
  receiver: AnswerReceiver,
): Promise<void> {
  const limits = new ResponseLimits(MAX_UNPACKED_BYTES, maxRecords, maxBatchBytes);
  const turns = new ReadingTurns();
  for (const { topicId, partitions } of answer.topics) {
    for (const each of partitions) {
      const reading = receiver.readingOf(topicId, each.partition);
      if (!reading) continue;
      if (each.errorCode !== 0) receiver.refused(reading, each);
      else await handOverPartition(reading, each, { limits, turns, listener, receiver });
      if (turns.isSpent) await turns.next();
    }
  }
}

/** What all partitions of an answer share. */
interface Shared {
  readonly limits: ResponseLimits;
  readonly turns: ReadingTurns;
  readonly listener: FetchListener;
  readonly receiver: AnswerReceiver;
}

async function handOverPartition(
  reading: Reading,
  answer: PartitionAnswer,
  { limits, turns, listener, receiver }: Shared,
): Promise<void> {
  const { topicId, topic, partition, position } = reading;
  const { highWatermark, lastStableOffset, aborted, log } = answer;
  if (answer.preferredReadReplica >= 0) receiver.refused(reading, answer);
  if (log.length === 0 || !position) return;
  receiver.served(reading);
  const read = await readLog(
    { topic, partition, log, from: position.offset, highWatermark, aborted },
    limits,
    turns,
  );
  if (!read) return;
  if ('unreadable' in read) {
    if (receiver.readingOf(topicId, partition) !== reading) return;
    listener.batchUnreadable({ topic, partition }, read.unreadable.message);
    receiver.block(reading, UNREADABLE_RETRY_MS);
    return;
  }
  await listener.roomAvailable();
  // It may have been revoked, or its position reset, while its records were unpacked.
  if (receiver.readingOf(topicId, partition) !== reading || reading.position !== position) return;
  const last = toOffset(read.lastOffset);
  const taken = listener.fetched({
    topic,
    partition,
    from: toOffset(position.offset),
    records: read.records,
    next: offsetAfter(last),
    // A fetch of uncommitted records is answered with -1 as the last stable offset.
    reachableOffset: toOffset(lastStableOffset < 0n ? highWatermark : lastStableOffset),
  });
  if (taken === undefined || receiver.readingOf(topicId, partition) !== reading) return;
  const lastTaken = BigInt(taken === 'all' ? last : taken.offset);
  reading.readUpTo(lastTaken + 1n, epochsIn(log, lastTaken));
}
