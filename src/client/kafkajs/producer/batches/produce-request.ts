import kafkajs, { type CompressionTypes } from 'kafkajs-pinned';
import type Broker from 'kafkajs-pinned/src/broker/index.js';
import apiKeys from 'kafkajs-pinned/src/protocol/requests/apiKeys.js';
import definitions from 'kafkajs-pinned/src/protocol/requests/index.js';
import type { Compression } from '../../../batch-producer.js';
import { send } from '../../admin/admin-session.js';
import type { SequencedBatch } from './partition-queue.js';

const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;

const CODECS: Readonly<Record<Compression, CompressionTypes>> = {
  none: None,
  gzip: GZIP,
  snappy: Snappy,
  lz4: LZ4,
  zstd: ZSTD,
};

/** A leader's answer for one batch. */
export interface BatchAnswer {
  readonly errorCode: number;
  readonly baseOffset: string;
}

/**
 * Sends batches to the leader of their partitions, and waits for all in-sync replicas. All have the same identity and
 * compression, and each partition has one of them.
 * @param timeoutMs how long the leader may wait for its replicas
 * @returns the answers; a batch without one may have been written or not
 */
export async function produce(
  broker: Broker,
  batches: readonly SequencedBatch[],
  timeoutMs: number,
): Promise<ReadonlyMap<SequencedBatch, BatchAnswer>> {
  const [first] = batches;
  if (!first) return new Map();
  const byTopic = new Map<string, SequencedBatch[]>();
  for (const each of batches) {
    const { topic } = each.queue;
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), each]);
  }
  const { topics } = await send(broker, apiKeys.Produce, definitions.requests.Produce, {
    ...first.identity,
    acks: -1,
    timeout: timeoutMs,
    compression: CODECS[first.batch.compression],
    topicData: [...byTopic].map(([topic, those]) => ({
      topic,
      partitions: those.map(({ queue, batch, firstSequence }) => ({
        partition: queue.partition,
        firstSequence,
        messages: batch.records.map(({ message }) => message),
      })),
    })),
  });
  const answers = new Map<SequencedBatch, BatchAnswer>();
  for (const { topicName, partitions } of topics) {
    for (const { partition, errorCode, baseOffset } of partitions) {
      const sent = byTopic.get(topicName)?.find(({ queue }) => queue.partition === partition);
      if (sent) answers.set(sent, { errorCode, baseOffset });
    }
  }
  return answers;
}
