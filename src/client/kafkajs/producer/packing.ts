import kafkajs, { type CompressionTypes, type IHeaders, type Message } from 'kafkajs-pinned';
import { RecordTooLargeError } from '../../producer-errors.js';
import { protocolErrorType } from '../errors.js';

/** Half of the default `max.message.bytes`: larger messages are first sent compressed. */
const LARGE_BYTES = 512 * 1024;
/** Brokers close the connection on a larger request (`socket.request.max.bytes`) without a response. */
const MAX_REQUEST_BYTES = 100 * 1024 * 1024 - 64 * 1024;

const TOO_LARGE: ReadonlySet<string | undefined> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** Brokers before 2.1 do not support zstd. */
const UNSUPPORTED_CODEC: ReadonlySet<string | undefined> = new Set([
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

const { None, GZIP, ZSTD } = kafkajs.CompressionTypes;

/**
 * Sends messages with the first compression with which their topic accepts them. `max.message.bytes` limits a batch as it
 * is sent, so a record that was compressed in its own topic may not fit another topic uncompressed. Every Kafka client
 * supports gzip; zstd also packs repetitions that are more than 32 KB apart.
 * @param send sends the messages once with a compression
 * @throws RecordTooLargeError if the topic does not accept them with any compression
 */
export async function sendPacked<T>(
  topic: string,
  messages: readonly Message[],
  send: (compression: CompressionTypes) => Promise<T>,
): Promise<T> {
  let tooLarge: unknown;
  for (const compression of compressionsFor(bytesOf(messages))) {
    try {
      return await send(compression);
    } catch (error) {
      const type = protocolErrorType(error);
      if (TOO_LARGE.has(type)) tooLarge = error;
      else if (tooLarge === undefined || !UNSUPPORTED_CODEC.has(type)) throw error;
    }
  }
  throw new RecordTooLargeError(topic, { cause: tooLarge });
}

function compressionsFor(bytes: number): CompressionTypes[] {
  if (bytes <= LARGE_BYTES) return [None, GZIP, ZSTD];
  return bytes > MAX_REQUEST_BYTES ? [GZIP, ZSTD] : [GZIP, ZSTD, None];
}

/** @returns the size of the keys, values and headers of messages */
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
