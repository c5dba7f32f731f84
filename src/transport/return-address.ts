import { KafkaHeaders } from '@nestjs/microservices';
import type { RawHeaders } from '../pipeline/index.js';
import { headerText } from '../redelivery/index.js';

/** The address to which the reply to a request is sent. */
export interface ReturnAddress {
  /** Byte for byte as received: clients compare it with what they sent, which need not be text. */
  readonly correlationId: Uint8Array;
  readonly topic: string;
  /** Undefined if the request names no valid partition. */
  readonly partition: number | undefined;
}

/** The reply address in a record's headers; undefined if the record is not a request. */
export function returnAddress(headers: RawHeaders | undefined): ReturnAddress | undefined {
  const correlationId = bytesOf(headers, KafkaHeaders.CORRELATION_ID);
  const topic = headerText({ headers }, KafkaHeaders.REPLY_TOPIC);
  if (!correlationId || !topic) return undefined;
  return { correlationId, topic, partition: partitionOf(bytesOf(headers, KafkaHeaders.REPLY_PARTITION)) };
}

/** A header's bytes; the last of several counts. */
function bytesOf(headers: RawHeaders | undefined, name: string): Buffer | undefined {
  const found = headers?.[name];
  const value = Array.isArray(found) ? found.at(-1) : found;
  return value === undefined || value === null ? undefined : Buffer.from(value);
}

/** Nest's clients write decimal digits; Spring's ReplyingKafkaTemplate four bytes, the highest first. */
function partitionOf(bytes: Buffer | undefined): number | undefined {
  if (!bytes) return undefined;
  const text = bytes.toString('latin1');
  if (/^\d{1,10}$/.test(text)) return Number(text);
  return bytes.length === 4 && bytes.readInt32BE() >= 0 ? bytes.readInt32BE() : undefined;
}
