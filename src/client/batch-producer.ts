import type { Offset, TopicPartition } from '../pipeline/index.js';
import type { OutgoingRecord } from './outgoing-record.js';

/** How the records of a batch are compressed. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** A record to write in a batch. */
export interface BatchRecord extends OutgoingRecord {
  /** Records with the same compression share a batch. Default `none`. */
  readonly compression?: Compression;
}

/** Where a record was written. */
export interface WrittenPosition extends TopicPartition {
  /** Undefined if the broker only confirmed that it already has the record. */
  readonly offset: Offset | undefined;
}

/**
 * Writes records in batches, with sequence numbers: a record is written once even if a request has to be repeated.
 * Records of one partition are written in the order of the calls. A batch holds the records that were sent while the
 * previous request to its leader was running.
 */
export interface BatchProducer {
  /**
   * Resolves once all in-sync replicas have the record.
   * @throws UnknownTopicError if there is no such topic: it is not created
   * @throws UnknownPartitionError if the topic has no such partition
   * @throws RecordTooLargeError if the topic does not accept records of its size
   * @throws RecordRefusedError if the topic does not accept such a record
   * @throws AccessError if this client may not write to the topic
   * @throws DeliveryTimeoutError if it was not acknowledged in time: then it may have been written nevertheless
   */
  send(record: BatchRecord): Promise<WrittenPosition>;
  /** Waits until no record waits for its acknowledgement. @returns whether that was so in time */
  flush(timeoutMs: number): Promise<boolean>;
  /** Disconnects; records that are not acknowledged yet reject. */
  close(): Promise<void>;
}
