import KafkaJsBatch from 'kafkajs/src/consumer/batch.js';
import type { FetchedMessage } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { compareOffsets, type FetchedRecord, toOffset } from '../../../pipeline/index.js';
import type { PackedRecord } from './log-batch.js';
import { unreadableOf } from './unreadable.js';

/**
 * What a fetch brought for a partition, as one message at the end of it: of each message kafkajs makes two
 * 64-bit numbers and three calls before it hands any of them on. Never a control record, although there may be nothing
 * in it for a reader to see: those kafkajs passes over by itself, whichever generation and offset they were asked for.
 */
export class PackedMessages implements FetchedMessage {
  readonly isControlRecord = false;

  /** @param offset the last that the log's batches stand for; the last record's own may be lower */
  constructor(
    readonly offset: string,
    readonly records: readonly PackedRecord[],
  ) {}

  /** As kafkajs would have read them. */
  toPlain(): FetchedMessage[] {
    const messages: FetchedMessage[] = this.records.map((record) => record.toPlain());
    if (messages.at(-1)?.offset !== this.offset)
      messages.push({ offset: this.offset, isControlRecord: true });
    return messages;
  }
}

/** A batch's records from the offset that was asked for: a log's batch that is read from its middle comes whole. */
export function recordsOf({ fetchedOffset, rawMessages, messages }: KafkaJsBatch): readonly FetchedRecord[] {
  const [packed] = rawMessages;
  const unreadable = unreadableOf(rawMessages);
  if (unreadable) throw unreadable;
  // What brokers before 2.3 answer kafkajs reads.
  if (!(packed instanceof PackedMessages))
    return messages.map((message) => ({ ...message, details: message }));
  const from = toOffset(fetchedOffset);
  const first = packed.records.findIndex(({ offset }) => compareOffsets(offset, from) >= 0);
  return first === 0 ? packed.records : packed.records.slice(first < 0 ? packed.records.length : first);
}

/** The messages of a partition as kafkajs would have read them. */
export function unpacked(messages: readonly FetchedMessage[]): FetchedMessage[] {
  const unreadable = unreadableOf(messages);
  if (unreadable) throw unreadable;
  return messages.flatMap((message) => (message instanceof PackedMessages ? message.toPlain() : message));
}

/** The batch as kafkajs would have made it, for consumers that are not the service's. */
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
