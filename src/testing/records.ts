import {
  type FetchedRecord,
  keyNameOf,
  type KeyName,
  type RawHeaders,
  toOffset,
  type TopicPartition,
} from '../pipeline/index.js';
import type { OutgoingRecord } from '../client/index.js';
import { type DeadLetter, toDeadLetter } from '../redelivery/index.js';
import { decodeValue, type ValueFormat } from '../transport/index.js';

/** A record to deliver. Texts and bytes are written unchanged, everything else as JSON. */
export interface RecordToDeliver {
  /** Default: no key. */
  readonly key?: unknown;
  /** `null` is a tombstone. */
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string | Uint8Array | null>>;
  /** Default: chosen by the key, like producers do. */
  readonly partition?: number;
  /** Milliseconds since the epoch. Default: the test's time. */
  readonly timestamp?: number;
}

/** A record in a topic. Key, value and headers are decoded as for a handler with `value: 'auto'`. */
export interface WrittenRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: unknown;
  readonly value: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** A failed record at the position where it was stored, with its own headers and its failure. */
export interface StoredFailure extends WrittenRecord {
  /** Class of the error. */
  readonly reason: string;
  /** Its message. */
  readonly message: string | undefined;
  /** Failed calls, including those in retry topics. */
  readonly attempts: number | undefined;
  /** The group whose handler failed. */
  readonly groupId: string | undefined;
}

export function toOutgoing(
  topic: string,
  { key, value, headers, partition }: RecordToDeliver,
): OutgoingRecord {
  const record = { topic, key: encoded(key), value: encoded(value), headers: { ...headers } };
  return partition === undefined ? record : { ...record, partition };
}

export function toWritten(
  { topic, partition }: TopicPartition,
  record: FetchedRecord,
  format: ValueFormat = 'auto',
): WrittenRecord {
  return {
    topic,
    partition,
    offset: Number(record.offset),
    key: decoded(record.key),
    value: decoded(record.value, format),
    headers: decodedHeaders(record.headers ?? {}),
    timestamp: Number(record.timestamp),
  };
}

export function toStoredFailure({ topic, partition }: TopicPartition, record: FetchedRecord): StoredFailure {
  return toFailure(toDeadLetter(topic, partition, record));
}

export function toFailure(letter: DeadLetter): StoredFailure {
  const { topic, partition, offset, key, value, headers, failedAt = 0 } = letter;
  const stored = { offset: toOffset(offset), key, value, headers, timestamp: String(failedAt) };
  const { reason, message, attempts, group: groupId } = letter;
  return { ...toWritten({ topic, partition }, stored), reason, message, attempts, groupId };
}

/** The name that the transport gives to the key of parked records. */
export function keyNameFor(key: unknown): KeyName {
  const bytes = encoded(key);
  return keyNameOf({ key: bytes === null ? null : Buffer.from(bytes) });
}

function encoded(part: unknown): Uint8Array | string | null {
  if (part === null || part === undefined) return null;
  if (typeof part === 'string' || part instanceof Uint8Array) return part;
  return JSON.stringify(part);
}

function decoded(bytes: Uint8Array | null, format: ValueFormat = 'auto'): unknown {
  return decodeValue(bytes && Buffer.from(bytes), format);
}

function decodedHeaders(headers: RawHeaders): Record<string, unknown> {
  const decode = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decode);
    return value instanceof Uint8Array ? decoded(value) : (value ?? null);
  };
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, decode(value)]));
}
