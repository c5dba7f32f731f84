/** The format since Kafka 0.11, and the only one that Kafka 4 writes. */
export const MAGIC = 2;

/** Properties of a record's batch, by kafkajs's names. */
export interface BatchContext {
  readonly magicByte: number;
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly partitionLeaderEpoch: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly lastOffsetDelta: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
}
