import type { ResetPolicy } from '../offsets/start-positions.js';

/** The settings of a fetch loop. */
export interface FetchSettings {
  /** How long a broker may hold back an answer while there are no records, in ms. */
  readonly maxWaitMs: number;
  /** The maximum size of an answer, in bytes. */
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  /** Kafka's number of the isolation level. */
  readonly isolationLevel: number;
  /** Empty for none. */
  readonly rackId: string;
  /** The maximum number of records of one partition in one batch. */
  readonly maxRecords: number;
  /** The maximum unpacked size of one batch of the log, in bytes. */
  readonly maxBatchBytes: number;
  readonly resetPolicyOf: (topic: string) => ResetPolicy;
  /** @returns the error for a partition without a valid committed offset whose reset policy is `none` */
  readonly noCommittedOffset: (
    partitions: readonly { readonly topic: string; readonly partition: number }[],
    why: 'missing' | 'out of range',
  ) => Error;
}
