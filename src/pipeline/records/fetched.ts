import type { Offset } from './offset.js';

/** Header values as fetched: bytes, text that the client decoded, several values of one name, or null. */
export type RawHeaders = Readonly<
  Record<string, Uint8Array | string | null | undefined | readonly (Uint8Array | string | null)[]>
>;

/**
 * A record as the client fetched it: bytes, not decoded. Parts may be lazy getters: read them by name, and do not
 * spread the record.
 */
export interface FetchedRecord {
  readonly offset: Offset;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Milliseconds since the epoch, in decimal digits. */
  readonly timestamp: string;
  readonly headers?: RawHeaders | undefined;
  /** The value as UTF-8 text, if the client can decode it without copying the value. */
  readonly text?: string | null;
  /** The key with each byte as a character, if the client can create it without copying the key. */
  readonly keyText?: string | null;
  /** The size of key, value and headers, if the client knows it without reading them. */
  readonly byteLength?: number;
  /** Other properties that the client provides, by the client's own names. */
  readonly details?: object;
}

/** The records of one partition in one fetch. */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  /** The requested offset; the offset of the first record may be higher if the log has gaps. */
  readonly from: Offset;
  /** From that offset on, in offset order, without control records and records of aborted transactions. */
  readonly records: readonly FetchedRecord[];
  /** The next offset to fetch; control records or gaps may lie between it and the last record. */
  readonly next: Offset;
  /**
   * The offset after the last record that a reader at this isolation level can reach: the last stable offset with
   * `read_committed`, the high watermark with `read_uncommitted`.
   */
  readonly reachableOffset: Offset;
}

/** A topic's partition. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Identifies a partition in a map: no topic's name has a slash. */
export function partitionKeyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** A position in a topic's partition. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: Offset;
}

/** Bytes that a record's key, value and headers take. */
export function byteLengthOf(record: FetchedRecord): number {
  if (record.byteLength !== undefined) return record.byteLength;
  let bytes = lengthOf(record.key) + lengthOf(record.value);
  for (const [name, value] of Object.entries(record.headers ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) bytes += name.length + lengthOf(each);
  }
  return bytes;
}

function lengthOf(part: Uint8Array | string | null | undefined): number {
  return typeof part === 'string' ? part.length : (part?.byteLength ?? 0);
}
