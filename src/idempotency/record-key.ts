import { isUtf8 } from 'node:buffer';
import type { KafkaContext } from '@nestjs/microservices';
import type { FetchedRecord, TopicPartition } from '../pipeline/index.js';
import { originOf } from '../redelivery/index.js';
import { IdempotencyKeyError } from './errors.js';
import type { IdempotencyKey } from './options.js';

/** The parts of a record that its key may depend on. */
export interface KeyedRecord {
  readonly at: TopicPartition;
  readonly record: FetchedRecord;
  readonly payload: unknown;
  readonly context: KafkaContext;
}

/**
 * The key that identifies a record within a handler's scope.
 * @param groupId the group that consumes the record
 * @throws IdempotencyKeyError if the header is missing, or the key is empty or not text
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
 * The record's original position and timestamp. The timestamp distinguishes records of a recreated topic, whose offsets
 * start at 0 again. Origin headers count only if this group's retry topics wrote them: elsewhere a handler may have
 * copied the headers of its record to other records.
 */
function positionOf({ at, record }: KeyedRecord, groupId: string): string {
  const origin = originOf(at, record);
  const { topic, partition, offset, timestamp } =
    origin?.group === groupId
      ? origin
      : { topic: at.topic, partition: at.partition, offset: record.offset, timestamp: record.timestamp };
  return [topic, partition, offset, timestamp].join('/');
}

/** The last value of a header, as in Kafka's own clients; undefined if there is none. */
function headerOf({ headers }: FetchedRecord, name: string): string | undefined {
  const value = headers && Object.hasOwn(headers, name) ? headers[name] : undefined;
  const last = Array.isArray(value) ? value.at(-1) : value;
  if (last === null || last === undefined) return undefined;
  return textOf(typeof last === 'string' ? Buffer.from(last) : last);
}

/** Prefix of ids that are encoded as hexadecimal bytes. */
const HEX = 'hex:';

/** Encodes ids that are not UTF-8 as hexadecimal: decoded as text, different ids could become equal. */
function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = isUtf8(buffer) ? buffer.toString('utf8') : undefined;
  // Text that starts with the prefix is encoded too, or it could equal the encoded id of another record.
  return text === undefined || text.startsWith(HEX) ? HEX + buffer.toString('hex') : text;
}
