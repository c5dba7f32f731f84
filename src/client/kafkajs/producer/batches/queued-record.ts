import type { Message } from 'kafkajs-pinned';
import type { BatchRecord, Compression, WrittenPosition } from '../../../batch-producer.js';
import { toMessage } from '../message.js';
import { bytesOf } from '../packing.js';

/** What a record costs in a batch beside its key, value and headers, at most. */
const OVERHEAD_BYTES = 24;

/** A record that waits for its acknowledgement. */
export class QueuedRecord {
  readonly message: Message;
  /** Its approximate size. */
  readonly bytes: number;
  readonly compression: Compression;
  /** The partition that its caller has chosen. */
  readonly partition: number | undefined;

  /**
   * @param deadline when it is given up, on the producer's clock
   * @param resolve called once it was written
   * @param reject called if it was not
   */
  constructor(
    record: BatchRecord,
    readonly deadline: number,
    readonly resolve: (at: WrittenPosition) => void,
    readonly reject: (error: unknown) => void,
  ) {
    this.message = toMessage(record);
    this.bytes = bytesOf([this.message]) + OVERHEAD_BYTES;
    this.compression = record.compression ?? 'none';
    this.partition = record.partition;
  }
}
