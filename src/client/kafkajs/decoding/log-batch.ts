import kafkajs from 'kafkajs';
import type { FetchedMessage } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import type { FetchedRecord } from '../../../pipeline/index.js';
import type { ReadingTurns } from '../../protocol/reading-turns.js';

/** A record that can be made as kafkajs would have made it. */
export interface PackedRecord extends FetchedRecord {
  toPlain(): FetchedMessage;
}

/** Which of a batch's records are wanted. */
export interface Wanted {
  /** The first offset: a batch that is read from its middle comes whole. */
  readonly from: bigint;
  /** The last offset of the batch before it; -1 for none. Its own records lie behind it. */
  readonly after: bigint;
  /** How many at the most. */
  readonly most: number;
}

/** What was read of a batch. */
export interface ReadRecords {
  readonly records: readonly PackedRecord[];
  /** Whether they are all from the offset that was asked for: none was left for the next fetch. */
  readonly isWhole: boolean;
  /** What the batch's records take, all of them. */
  readonly unpackedBytes: number;
}

/** A batch of the log, its records still packed; before Kafka 0.11, a message, or a set of them that is compressed. */
export interface LogBatch {
  /** Undefined where only its records tell. */
  readonly firstOffset: bigint | undefined;
  /** The last offset it stands for; its last record's own may be lower, or it may have none, after a compaction. */
  readonly lastOffset: bigint;
  /** Whether it has a record for each of its offsets, as every batch that no compaction has been at. */
  readonly isDense: boolean;
  readonly transaction: { readonly producerId: string; readonly isMarker: boolean } | undefined;
  /**
   * Reads its records.
   * @throws where they are not what the batch says, or unpack to more than they may
   */
  records(wanted: Wanted, turns: ReadingTurns): Promise<ReadRecords>;
}

/** Where the magic byte stands, in all formats: after an offset, a length and four bytes more. */
export const MAGIC_AT = 16;
/** The bits of a batch's attributes that tell its codec; 0 for none. */
export const CODEC = 0x07;
/** The bit that says that the broker's time of writing is that of all its records. */
export const LOG_APPEND_TIME = 0x08;

/** A batch is not what was written: a bit has changed on a disk or on the way. */
export class ChecksumError extends Error {
  readonly code = 'CHECKSUM_MISMATCH';

  constructor(said: number, found: number) {
    super(`its checksum is ${hex(found)}, and it says ${hex(said)}`);
    this.name = 'ChecksumError';
  }
}

function hex(checksum: number): string {
  return `0x${checksum.toString(16).padStart(8, '0')}`;
}

/** @throws where the codec is not one that is registered, or the bytes are not its */
export async function unpack(bytes: Buffer, codec: number): Promise<Buffer> {
  const codecs: Record<number, (() => { decompress(bytes: Buffer): Promise<Buffer> }) | undefined> =
    kafkajs.CompressionCodecs;
  if (codec === 0) return bytes;
  const known = codecs[codec];
  if (!known) throw new Error(`a batch is compressed with codec ${codec}, which is not known here`);
  return known().decompress(bytes);
}
