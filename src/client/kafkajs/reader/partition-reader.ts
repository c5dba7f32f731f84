import type { Kafka } from 'kafkajs-pinned';
import type { FetchedMessage } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import {
  compareOffsets,
  type FetchedRecord,
  type Offset,
  offsetAfter,
  toOffset,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../../pipeline/index.js';
import type { ManyPartitionsReader, PartitionBounds, PartitionRange } from '../../partition-readers.js';
import { createCluster, type ClusterClient } from '../cluster.js';
import { PartitionReadError, protocolErrorType } from '../errors.js';
import { toRecord } from '../to-record.js';
import { fetchPartition, LeaderUnknownError } from './fetch-partition.js';
import { endsOf, readRanges } from './many-partitions.js';
import { ATTEMPTS, RetryingCluster } from './retrying-cluster.js';
import { topicIdOf } from '../admin/topic-id.js';

/** Reads partitions with kafkajs's internal requests, since its public clients fetch only in a group. */
export class KafkaJsPartitionReader implements ManyPartitionsReader {
  readonly #cluster: RetryingCluster;

  constructor(
    kafka: Kafka,
    private readonly maxBytes: number,
  ) {
    this.#cluster = new RetryingCluster(createCluster(kafka));
  }

  bounds(topic: string, wanted?: number): Promise<PartitionBounds[]> {
    return this.#cluster.request(topic, async (cluster) => {
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      // The metadata of a topic to which partitions were added is outdated, and would stay so for minutes.
      if (wanted !== undefined && !partitions.includes(wanted)) throw new LeaderUnknownError(topic, wanted);
      const [starts, ends] = await Promise.all([
        offsetsOf(cluster, topic, partitions, true),
        offsetsOf(cluster, topic, partitions, false),
      ]);
      return partitions
        .toSorted((a, b) => a - b)
        .map((partition) => {
          const [start, end] = [starts.get(partition), ends.get(partition)];
          if (start === undefined || end === undefined) throw new LeaderUnknownError(topic, partition);
          return { partition, start, end };
        });
    });
  }

  async *read(topic: string, partition: number, from: Offset, to: Offset): AsyncGenerator<FetchedRecord> {
    let position = from;
    let emptyFetches = 0;
    while (compareOffsets(position, to) < 0) {
      const fetchedFrom = position;
      // A broker never sends less than one batch, so a limit of one byte is enough to fetch the last record.
      const maxBytes = offsetAfter(position) === to ? 1 : this.maxBytes;
      for (const message of await this.#fetch({ topic, partition, offset: position }, maxBytes)) {
        const offset = toOffset(message.offset);
        // Brokers send whole batches, which may begin before the position.
        if (compareOffsets(offset, position) < 0) continue;
        if (compareOffsets(offset, to) >= 0) return;
        position = offsetAfter(offset);
        const record = toRecord(message);
        if (record) yield record;
      }
      emptyFetches = position === fetchedFrom ? emptyFetches + 1 : 0;
      if (emptyFetches > 0)
        position = await this.#afterEmptyFetch({ topic, partition, offset: position }, to, emptyFetches);
    }
  }

  async ends(partitions: readonly TopicPartition[]): Promise<readonly (Offset | Error)[]> {
    const topics = topicsOf(partitions);
    const ends = await this.#cluster.requestOnce(topics, (cluster) => endsOf(cluster, partitions));
    const unknown = partitions.filter((each) => ends.get(each) instanceof Error);
    if (unknown.length > 0) {
      // Their leaders may have changed.
      await this.#cluster.refresh();
      const found = await this.#cluster.requestOnce(topics, (cluster) => endsOf(cluster, unknown));
      for (const [each, end] of found) ends.set(each, end);
    }
    return partitions.map((each) => ends.get(each) ?? new LeaderUnknownError(each.topic, each.partition));
  }

  async readAll<R extends PartitionRange>(
    ranges: readonly R[],
    take: (range: R, record: FetchedRecord) => void,
  ): Promise<readonly boolean[]> {
    const read = await this.#cluster.requestOnce(topicsOf(ranges), (cluster) =>
      readRanges(cluster, ranges, this.maxBytes, take),
    );
    return ranges.map((range) => read.has(range));
  }

  topicId(topic: string): Promise<string | undefined> {
    return this.#cluster.request(topic, (cluster) => topicIdOf(cluster, topic));
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }

  /** Fetches messages from a position on; none if the log no longer has it, or has no more records. */
  async #fetch(position: TopicPartitionOffset, maxBytes: number): Promise<readonly FetchedMessage[]> {
    try {
      return await this.#cluster.request(position.topic, (cluster) =>
        fetchPartition(cluster, position, maxBytes),
      );
    } catch (error) {
      if (protocolErrorType(error) === 'OFFSET_OUT_OF_RANGE') return [];
      throw error;
    }
  }

  /** @returns the position after a fetch that brought nothing: the start of the log if that is higher, else the same */
  async #afterEmptyFetch(
    { topic, partition, offset }: TopicPartitionOffset,
    to: Offset,
    emptyFetches: number,
  ): Promise<Offset> {
    const bounds = (await this.bounds(topic)).find((each) => each.partition === partition);
    if (bounds && compareOffsets(bounds.start, offset) > 0) return bounds.start;
    // A new leader may not know the partition's high watermark for a moment.
    if (emptyFetches < ATTEMPTS) {
      await this.#cluster.wait(emptyFetches);
      return offset;
    }
    const end = bounds ? `the log ends at ${bounds.end}` : 'there is no such partition';
    throw new PartitionReadError(topic, partition, offset, `${end}, but the range ends at ${to}`);
  }
}

function topicsOf(partitions: readonly TopicPartition[]): string[] {
  return [...new Set(partitions.map(({ topic }) => topic))];
}

async function offsetsOf(
  cluster: ClusterClient,
  topic: string,
  partitions: readonly number[],
  fromBeginning: boolean,
): Promise<ReadonlyMap<number, Offset>> {
  const wanted = partitions.map((partition) => ({ partition }));
  const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: wanted, fromBeginning }]);
  return new Map(answer?.partitions.map(({ partition, offset }) => [partition, toOffset(offset)]));
}
