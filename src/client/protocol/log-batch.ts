import type { FetchedRecord } from '../../pipeline/index.js';
import type { BatchContext } from './batch-context.js';
import type { ReadingTurns } from './reading-turns.js';

/** Properties of a record that only some callers need, by kafkajs's names. */
export interface RecordDetails {
  readonly magicByte: number;
  readonly attributes: number;
  readonly isControlRecord: boolean;
  /** Only since Kafka 0.11. */
  readonly batchContext?: BatchContext;
}

/** A record as a plain object, with all its parts created. */
export interface PlainRecord extends FetchedRecord, RecordDetails {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A record whose parts may be created on demand. */
export interface PackedRecord extends FetchedRecord {
  toPlain(): PlainRecord;
}

/** Which records of a batch are wanted. */
export interface WantedRecords {
  /** The first wanted offset: the broker also sends the records before it that are in the same batch. */
  readonly from: bigint;
  /** The last offset of the batch before; -1 if there is none. All offsets of this batch must be higher. */
  readonly after: bigint;
  readonly maxRecords: number;
  /** How many bytes the batch may unpack to. */
  readonly maxBytes: number;
}

/** The records that were read from a batch. */
export interface ReadRecords {
  readonly records: readonly PackedRecord[];
  /** Whether no wanted record was left for the next fetch. */
  readonly isComplete: boolean;
  /** The size of all records of the batch. */
  readonly unpackedBytes: number;
}

/** A batch of the log with its records still packed; before Kafka 0.11, a message or a compressed set of messages. */
export interface LogBatch {
  /** Undefined if only the records contain it. */
  readonly firstOffset: bigint | undefined;
  /**
   * The last offset it covers. After a compaction, its last record may have a lower offset, or the batch may have no
   * record.
   */
  readonly lastOffset: bigint;
  /** Whether it has a record for each of its offsets, like every batch that was not compacted. */
  readonly isDense: boolean;
  readonly transaction: { readonly producerId: string; readonly isMarker: boolean } | undefined;
  /**
   * Reads its records.
   * @throws if they contradict the batch, or unpack to more than `maxBytes`
   */
  records(wanted: WantedRecords, turns: ReadingTurns): Promise<ReadRecords>;
}

/** The position of the magic byte in all formats: after an offset, a length and four more bytes. */
export const MAGIC_AT = 16;
/** The bits of a batch's attributes that name its codec; 0 for none. */
export const CODEC = 0x07;
/** The bit of a batch's attributes that says that its timestamp is the broker's, for all records of the batch. */
export const LOG_APPEND_TIME = 0x08;
