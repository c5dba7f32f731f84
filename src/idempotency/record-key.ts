import { isUtf8 } from 'node:buffer';
import type { KafkaContext } from '@nestjs/microservices';
import type { FetchedRecord, TopicPartition } from '../pipeline/index.js';
import { originOf } from '../redelivery/index.js';
import { IdempotencyKeyError } from './errors.js';
import type { IdempotencyKey } from './options.js';

/** A record as far as its key depends on it. */
export interface KeyedRecord {
  readonly at: TopicPartition;
  readonly record: FetchedRecord;
  readonly payload: unknown;
  readonly context: KafkaContext;
}

/**
 * What a record is known by within a handler's scope.
 * @param groupId the group that reads it
 * @throws IdempotencyKeyError when the header is missing, or the key is empty or no text
 */
export function keyOf(key: IdempotencyKey, groupId: string, keyed: KeyedRecord): string {
  if (key === 'position') return positionOf(keyed, groupId);
  const { at, record, payload, context } = keyed;
  const refuse = (problem: string): never => {
    throw new IdempotencyKeyError(at.topic, at.partition, record.offset, problem);
  };
  if (typeof key === 'function') {
    const made: unknown = key(payload, context);
    if (typeof made === 'string' && made !== '') return made;
    return refuse(
      typeof made === 'string' ? 'its key is empty' : `its key is ${typeof made} instead of text`,
    );
  }
  const value = headerOf(record, key.header);
  if (value === undefined) return refuse(`it has no header ${key.header}`);
  return value === '' ? refuse(`its header ${key.header} is empty`) : value;
}

/**
 * Where the record was first, with its timestamp: a topic that is deleted and created anew counts from 0 again,
 * and its records are others. Only the headers of this group's own retry topics tell of the same record: elsewhere a
 * handler may have sent other records on with the headers of the one that it was called with.
 */
function positionOf({ at, record }: KeyedRecord, groupId: string): string {
  const origin = originOf(at, record);
  const { topic, partition, offset, timestamp } =
    origin?.group === groupId
      ? origin
      : { topic: at.topic, partition: at.partition, offset: record.offset, timestamp: record.timestamp };
  return [topic, partition, offset, timestamp].join('/');
}

/** A header's last value, as Kafka's own clients take it; undefined where there is none. */
function headerOf({ headers }: FetchedRecord, name: string): string | undefined {
  const value = headers && Object.hasOwn(headers, name) ? headers[name] : undefined;
  const last = Array.isArray(value) ? value.at(-1) : value;
  if (last === null || last === undefined) return undefined;
  return textOf(typeof last === 'string' ? Buffer.from(last) : last);
}

/** What an id begins with that is written as bytes. */
const HEX = 'hex:';

/** Ids may be bytes: decoded as text, different ones would become the same. */
function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = isUtf8(buffer) ? buffer.toString('utf8') : undefined;
  // A text that looks like bytes is written like bytes, or it could be those of another record.
  return text === undefined || text.startsWith(HEX) ? HEX + buffer.toString('hex') : text;
}
