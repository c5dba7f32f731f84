import type {
  FetchedBatch,
  FetchedRecord,
  Offset,
  TopicPartition,
  TopicPartitionOffset,
} from '../../../pipeline/index.js';

/** Events of a fetch loop. None of the methods may throw. */
export interface FetchListener {
  /** Where an assigned partition will be read from; called before its first batch. */
  positionKnown(position: TopicPartitionOffset): void;
  /** Called before a batch is handed over. @returns a promise to await if the in-flight limits are reached */
  roomAvailable(): Promise<void> | undefined;
  /** @returns the last record taken, `'all'`, or undefined to fetch the same offset again */
  fetched(batch: FetchedBatch): FetchedRecord | 'all' | undefined;
  /** A partition waits because its next batch cannot be read; `why` says what to do. */
  batchUnreadable(partition: TopicPartition, why: string): void;
  /**
   * The log does not have the offset that a partition was to be read from, and the reset policy names this one.
   * @returns the offset to continue at
   */
  outOfRange(position: TopicPartitionOffset): Offset;
  /**
   * The log was truncated below a partition's position: records that were read are not in it any more (KIP-320).
   * @param position where the log now differs from what was read
   * @returns the offset to continue at
   */
  truncated(position: TopicPartitionOffset, readUpTo: Offset): Offset;
  /** Reading cannot go on: the reset policy forbids it, or access is denied. */
  failed(error: Error): void;
}
