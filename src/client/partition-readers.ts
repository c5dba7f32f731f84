import type { FetchedRecord, Offset, TopicPartition } from '../pipeline/index.js';

/** The first and the last stable offset of a partition. */
export interface PartitionBounds {
  readonly partition: number;
  /** The first offset of the log. */
  readonly start: Offset;
  /** The last stable offset: open transactions keep later records from readers of committed records. */
  readonly end: Offset;
}

/** A range of a partition's records. */
export interface PartitionRange extends TopicPartition {
  readonly from: Offset;
  /** Exclusive. */
  readonly to: Offset;
}

/**
 * Reads partitions without being a member of a group. It sees only committed records, regardless of
 * `KAFKA_ISOLATION_LEVEL`.
 */
export interface PartitionReader {
  /**
   * @param partition a partition that must be among the results, even if it was added a moment ago
   * @throws UnknownTopicError if there is no such topic, LeaderUnknownError if the topic has no such partition
   */
  bounds(topic: string, partition?: number): Promise<PartitionBounds[]>;
  /**
   * Reads the records of a range in order. Offsets without a record are skipped, as are those that the log no longer has.
   * To continue later, ask for `bounds` again and read from the previous `to`.
   * @param to exclusive; at most the partition's end
   */
  read(topic: string, partition: number, from: Offset, to: Offset): AsyncIterable<FetchedRecord>;
  /** Disconnects; running reads reject. */
  close(): Promise<void>;
}

/** A reader of many partitions at once. */
export interface ManyPartitionsReader extends PartitionReader {
  /**
   * Looks up the last stable offsets of several partitions with one request to each broker, at most twice.
   * @returns for each partition its offset, or the reason why it is not known
   */
  ends(partitions: readonly TopicPartition[]): Promise<readonly (Offset | Error)[]>;
  /**
   * Reads the records of several ranges with as few fetches as possible.
   * @returns for each range whether all of it was read; the rest can be read with `read`
   */
  readAll<R extends PartitionRange>(
    ranges: readonly R[],
    take: (range: R, record: FetchedRecord) => void,
  ): Promise<readonly boolean[]>;
  /** @returns the topic's id, which changes when the topic is recreated; undefined if the brokers have no ids */
  topicId(topic: string): Promise<string | undefined>;
}
