import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import kafkajs, { type Message } from 'kafkajs-pinned';
import { RecordTooLargeError } from '../../producer-errors.js';
import { sendPacked } from './packing.js';

const MAX_MESSAGE_BYTES = 1_048_588;
const { None, GZIP, ZSTD } = kafkajs.CompressionTypes;
const packed = new Map([
  [GZIP, promisify<Buffer, Buffer>(gzip)],
  [ZSTD, promisify<Buffer, Buffer>(zstdCompress)],
]);

/** A repetitive value, like most documents. */
const document = Buffer.from(
  JSON.stringify(Array.from({ length: 60_000 }, (_, line) => ({ line, article: `article ${line % 100}` }))),
);
const random = randomBytes(1_000_000);

/** A topic with a limit for packed batches. */
class Topic {
  readonly sent: number[] = [];
  taken: number | undefined;

  constructor(private readonly unknownCodecs: readonly number[] = []) {}

  take(value: Buffer): (compression: number) => Promise<'taken'> {
    return async (compression) => {
      this.sent.push(compression);
      if (this.unknownCodecs.includes(compression)) throw protocolError('UNSUPPORTED_COMPRESSION_TYPE');
      const size = compression === None ? value.length : (await packed.get(compression)?.(value))?.length;
      if (size === undefined || size > MAX_MESSAGE_BYTES) throw protocolError('MESSAGE_TOO_LARGE');
      this.taken = compression;
      return 'taken';
    };
  }
}

function protocolError(type: string): Error {
  return Object.assign(new Error(type), { type });
}

function messagesOf(value: Buffer): Message[] {
  return [{ key: 'k', value }];
}

describe('a record', () => {
  let topic: Topic;

  beforeEach(() => {
    topic = new Topic();
  });

  test('a record is sent uncompressed if it is small', async () => {
    const value = Buffer.from('{}');
    await expect(sendPacked('t', messagesOf(value), topic.take(value))).resolves.toBe('taken');
    expect(topic.sent).toEqual([None]);
  });

  test('a record is sent compressed at once if it is large', async () => {
    await sendPacked('t', messagesOf(document), topic.take(document));
    expect(document.length).toBeGreaterThan(2 * MAX_MESSAGE_BYTES);
    expect(topic.sent).toEqual([GZIP]);
  });

  test('a record is sent compressed with zstd if its repetitions are too far apart for gzip', async () => {
    const value = Buffer.concat(Array.from({ length: 4 }, () => random.subarray(0, 400_000)));
    await sendPacked('t', messagesOf(value), topic.take(value));
    expect(topic.taken).toBe(ZSTD);
  });

  test('a record is sent uncompressed if compression makes it too large', async () => {
    const value = randomBytes(MAX_MESSAGE_BYTES - 1);
    await sendPacked('t', messagesOf(value), topic.take(value));
    expect(topic.taken).toBe(None);
  });

  test('a record is reported as too large if no compression makes it fit', async () => {
    const value = randomBytes(2 * MAX_MESSAGE_BYTES);
    const sent = sendPacked('orders.dlt', messagesOf(value), topic.take(value));
    await expect(sent).rejects.toThrow(RecordTooLargeError);
    await expect(sent).rejects.toMatchObject({ topic: 'orders.dlt', cause: { type: 'MESSAGE_TOO_LARGE' } });
    expect(topic.sent).toEqual([GZIP, ZSTD, None]);
  });

  test('a record is reported as too large if no compression that the broker supports makes it fit', async () => {
    topic = new Topic([ZSTD]);
    const value = randomBytes(2 * MAX_MESSAGE_BYTES);
    await expect(sendPacked('t', messagesOf(value), topic.take(value))).rejects.toThrow(RecordTooLargeError);
  });

  test('a record counts as large including the size of its headers', async () => {
    const message = { key: null, value: null, headers: { trace: document } };
    await sendPacked('t', [message], topic.take(document));
    expect(topic.sent).toEqual([GZIP]);
  });
});

test('another error of the broker is thrown unchanged, and nothing is sent again', async () => {
  const refused = protocolError('TOPIC_AUTHORIZATION_FAILED');
  let sends = 0;
  const sent = sendPacked('t', messagesOf(document), () => {
    sends++;
    return Promise.reject(refused);
  });
  await expect(sent).rejects.toBe(refused);
  expect(sends).toBe(1);
});
