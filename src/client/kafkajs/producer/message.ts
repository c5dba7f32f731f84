import type { IHeaders, Message } from 'kafkajs-pinned';
import type { RawHeaders } from '../../../pipeline/index.js';
import type { OutgoingRecord } from '../../kafka-port.js';
import { NULL_HEADER } from '../patches/producer/null-header.js';

/** @returns a record as a kafkajs message, with unchanged headers */
export function toMessage({ partition, key = null, value, headers = {} }: OutgoingRecord): Message {
  return {
    ...(partition === undefined ? {} : { partition }),
    key: toBuffer(key),
    value: toBuffer(value),
    headers: toKafkaJs(headers),
  };
}

function toBuffer(bytes: Uint8Array | string | null): Buffer | string | null {
  return bytes instanceof Uint8Array && !Buffer.isBuffer(bytes)
    ? Buffer.from(bytes)
    : (bytes as Buffer | null);
}

function toKafkaJs(headers: RawHeaders): IHeaders {
  const one = (value: Uint8Array | string | null): Buffer | string => toBuffer(value) ?? NULL_HEADER;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, isSeveral(value) ? value.map(one) : one(value)]];
    }),
  );
}

function isSeveral(
  value: Uint8Array | string | null | readonly (Uint8Array | string | null)[],
): value is readonly (Uint8Array | string | null)[] {
  return Array.isArray(value);
}
