import KafkaJsBatch from 'kafkajs-pinned/src/consumer/batch.js';
import type { FetchedMessage } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { compareOffsets, type FetchedRecord, type Offset, toOffset } from '../../pipeline/index.js';
import type { UnreadableBatchError } from '../protocol/errors.js';
import type { PackedRecord } from '../protocol/log-batch.js';
import type { ReadLog } from '../protocol/partition-log.js';
import { toRecord } from './to-record.js';

/**
 * All records of one partition in a fetch, as one kafkajs message at the last offset: kafkajs creates two 64-bit
 * numbers for each message and makes three calls before it hands any of them over. It is never a control record, even
 * if it has no records: kafkajs skips control records by itself, for any generation and offset.
 */
export class PackedMessages implements FetchedMessage {
  readonly isControlRecord = false;

  /** @param offset the last offset that was read, which may be higher than that of the last record */
  constructor(
    readonly offset: string,
    readonly records: readonly PackedRecord[],
    /** The last stable offset, or the high watermark in a fetch of uncommitted records. */
    readonly reachableOffset: string,
  ) {}

  /** @returns the messages as kafkajs would have decoded them */
  toPlain(): FetchedMessage[] {
    const messages: FetchedMessage[] = this.records.map((record) => record.toPlain());
    if (messages.at(-1)?.offset !== this.offset)
      messages.push({ offset: this.offset, isControlRecord: true });
    return messages;
  }
}

/** Higher than every offset, so that kafkajs does not drop the message as already read. */
const BEYOND_ALL_OFFSETS = '9223372036854775807';

/** Stands for a partition whose next batch cannot be read. */
export class UnreadableMessages implements FetchedMessage {
  readonly offset = BEYOND_ALL_OFFSETS;
  readonly isControlRecord = false;

  constructor(readonly error: UnreadableBatchError) {}
}

/** @returns the result of reading a log, as kafkajs's messages of a partition */
export function toMessages(
  read: ReadLog | undefined,
  { highWatermark, lastStableOffset }: { readonly highWatermark: string; readonly lastStableOffset: string },
): FetchedMessage[] {
  if (!read) return [];
  if ('unreadable' in read) return [new UnreadableMessages(read.unreadable)];
  // A fetch of uncommitted records is answered with -1 as the last stable offset.
  const reachableOffset = lastStableOffset.startsWith('-') ? highWatermark : lastStableOffset;
  return [new PackedMessages(read.lastOffset, read.records, reachableOffset)];
}

/** @returns the offset up to which the fetch could read; the high watermark if the broker is older than 2.3 */
export function reachableOffsetOf({ highWatermark, rawMessages }: KafkaJsBatch): Offset {
  const [packed] = rawMessages;
  return toOffset(packed instanceof PackedMessages ? packed.reachableOffset : highWatermark);
}

/** @returns why the messages of a partition can't be read; undefined if they can */
export function unreadableOf(messages: readonly FetchedMessage[]): UnreadableBatchError | undefined {
  const [first] = messages;
  return first instanceof UnreadableMessages ? first.error : undefined;
}

/**
 * @returns the records of a batch from the requested offset on; brokers send whole batches, which may begin before it
 * @throws UnreadableBatchError if the batch can't be read
 */
export function recordsOf({ fetchedOffset, rawMessages, messages }: KafkaJsBatch): readonly FetchedRecord[] {
  const [packed] = rawMessages;
  const unreadable = unreadableOf(rawMessages);
  if (unreadable) throw unreadable;
  // Responses of brokers before 2.3 are decoded by kafkajs.
  if (!(packed instanceof PackedMessages)) {
    return messages.flatMap((message) => {
      const record = toRecord(message);
      return record ? [{ ...record, details: message }] : [];
    });
  }
  const from = toOffset(fetchedOffset);
  const first = packed.records.findIndex(({ offset }) => compareOffsets(offset, from) >= 0);
  return first === 0 ? packed.records : packed.records.slice(first < 0 ? packed.records.length : first);
}

/**
 * @returns the messages of a partition as kafkajs would have decoded them
 * @throws UnreadableBatchError if they can't be read
 */
export function unpacked(messages: readonly FetchedMessage[]): FetchedMessage[] {
  const unreadable = unreadableOf(messages);
  if (unreadable) throw unreadable;
  return messages.flatMap((message) => (message instanceof PackedMessages ? message.toPlain() : message));
}

/** @returns the batch as kafkajs would have created it, for consumers that this service did not create */
export function unpackedBatch(batch: KafkaJsBatch): KafkaJsBatch {
  const { topic, fetchedOffset, partition, highWatermark, rawMessages } = batch;
  if (!(rawMessages[0] instanceof PackedMessages) && !unreadableOf(rawMessages)) return batch;
  const messages = unpacked(rawMessages);
  return new KafkaJsBatch(topic, fetchedOffset, {
    partition,
    highWatermark,
    abortedTransactions: [],
    messages,
  });
}
