import kafkajs, { type CompressionTypes, type IHeaders, type Message } from 'kafkajs';
import { RecordTooLargeError } from '../../producer-errors.js';
import { protocolErrorType } from '../errors.js';

/** Half of what topics take in one batch by default: what is larger is compressed before it is sent at all. */
const LARGE_BYTES = 512 * 1024;
/** A larger request makes brokers close the connection (`socket.request.max.bytes`), without a word. */
const MAX_REQUEST_BYTES = 100 * 1024 * 1024 - 64 * 1024;

const TOO_LARGE: ReadonlySet<string | undefined> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** Brokers before 2.1 have no zstd. */
const NO_SUCH_CODEC: ReadonlySet<string | undefined> = new Set([
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

const { None, GZIP, ZSTD } = kafkajs.CompressionTypes;

/**
 * Sends messages in the first form that their topic takes. A topic's `max.message.bytes` bounds a batch as it is sent,
 * so a record that was compressed in its own topic may not fit elsewhere as it is. Every Kafka client reads gzip; zstd
 * packs what gzip can not: repetitions that are more than 32 KB apart.
 * @param send sends them once, compressed so
 * @throws RecordTooLargeError where the topic takes them in no form
 */
export async function sendPacked<T>(
  topic: string,
  messages: readonly Message[],
  send: (compression: CompressionTypes) => Promise<T>,
): Promise<T> {
  let refusal: unknown;
  for (const compression of formsOf(bytesOf(messages))) {
    try {
      return await send(compression);
    } catch (error) {
      const type = protocolErrorType(error);
      if (TOO_LARGE.has(type)) refusal = error;
      else if (refusal === undefined || !NO_SUCH_CODEC.has(type)) throw error;
    }
  }
  throw new RecordTooLargeError(topic, { cause: refusal });
}

function formsOf(bytes: number): CompressionTypes[] {
  if (bytes <= LARGE_BYTES) return [None, GZIP, ZSTD];
  return bytes > MAX_REQUEST_BYTES ? [GZIP, ZSTD] : [GZIP, ZSTD, None];
}

/** What keys, values and headers of messages take. */
export function bytesOf(messages: readonly Message[]): number {
  let bytes = 0;
  for (const { key, value, headers = {} } of messages)
    bytes += sizeOf(key) + sizeOf(value) + headerBytes(headers);
  return bytes;
}

function headerBytes(headers: IHeaders): number {
  let bytes = 0;
  for (const [name, values] of Object.entries(headers)) {
    for (const value of Array.isArray(values) ? values : [values])
      bytes += Buffer.byteLength(name) + sizeOf(value);
  }
  return bytes;
}

function sizeOf(bytes: Buffer | string | null | undefined): number {
  return bytes === null || bytes === undefined ? 0 : Buffer.byteLength(bytes);
}
