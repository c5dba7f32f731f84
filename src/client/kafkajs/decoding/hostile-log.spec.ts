import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import batches from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { compressFrame } from 'lz4-napi';
import { registerCodecs } from '../patches/fetch/codecs.js';
import { decodeFetchResponse } from '../patches/fetch/fetch-response.js';
import { PackedMessages } from './packed-messages.js';
import { signed } from '../testing/log-bytes.js';
import { unreadableOf, UnreadableBatchError } from './unreadable.js';

// Megabytes are packed and thousands of logs read: seconds of work where nothing else runs.
jest.setTimeout(60_000);

const LIMIT = 8_388_608;
const { CompressionTypes } = kafkajs;
beforeAll(() => registerCodecs(LIMIT));

type Messages = Awaited<
  ReturnType<typeof decodeFetchResponse>
>['responses'][number]['partitions'][number]['messages'];

/** A batch as a producer writes it. */
async function batchOf(values: readonly Buffer[], compression = 0, firstOffset = 5n): Promise<Buffer> {
  const records = values.map((value, offsetDelta) =>
    encodeRecord({ offsetDelta, timestampDelta: 0, value, headers: {} }),
  );
  const head = { firstOffset, firstTimestamp: 0, compression, lastOffsetDelta: values.length - 1 };
  const { buffer } = await batches.RecordBatch({ ...head, records });
  return buffer;
}

/** What a fetch of one partition brings. */
async function fetched(log: Buffer): Promise<Messages> {
  const head = new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeInt32(1).writeString('orders');
  head.writeInt32(1).writeInt32(3).writeInt16(0).writeInt64(99).writeInt64(98).writeInt64(1);
  const { buffer } = head.writeInt32(-1).writeInt32(-1).writeInt32(log.length).writeBuffer(log);
  const { responses } = await decodeFetchResponse(buffer);
  return responses[0]?.partitions[0]?.messages ?? [];
}

/** The values that a handler would get, all parts of each record made. */
function valuesIn(messages: Messages): string[] {
  return messages.flatMap((message) =>
    message instanceof PackedMessages ? message.records.map((record) => String(record.toPlain().value)) : [],
  );
}

/** A batch whose records are replaced by other bytes, under a codec. */
async function packedAs(codec: number, bytes: Buffer): Promise<Buffer> {
  const batch = await batchOf([Buffer.from('a')]);
  const AFTER_COUNT = 61;
  const log = Buffer.concat([batch.subarray(0, AFTER_COUNT), bytes]);
  log.writeInt32BE(log.length - 12, 8);
  log.writeInt16BE(codec, 21);
  return signed(log);
}

const bomb = Buffer.alloc(64 * 1_048_576);
const snappyClaiming = (bytes: number): Buffer => {
  const claim: number[] = [];
  for (let rest = bytes; ; rest = Math.floor(rest / 128)) {
    claim.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.from(claim);
  }
};

describe('a batch that unpacks to more than it may', () => {
  it.each([
    ['gzip', CompressionTypes.GZIP, () => gzipSync(bomb)],
    ['zstd', CompressionTypes.ZSTD, () => zstdCompressSync(bomb)],
    ['lz4', CompressionTypes.LZ4, () => compressFrame(bomb)],
    ['snappy', CompressionTypes.Snappy, () => snappyClaiming(4_000_000_000)],
  ])('is refused in %s, without being unpacked, and named', async (_name, codec, pack) => {
    const log = await packedAs(codec, await pack());
    const before = process.memoryUsage();
    const error = unreadableOf(await fetched(log));
    const after = process.memoryUsage();
    expect(error).toMatchObject({ code: 'UNREADABLE_BATCH', topic: 'orders', partition: 3, offset: '5' });
    expect(error?.message).toContain('orders[3]: the batch at offset 5');
    expect(error?.message).toContain(`more than ${LIMIT} bytes, as KAFKA_MAX_UNPACKED_BATCH_BYTES`);
    expect(error?.message).toContain('--reset-offsets');
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(3 * LIMIT);
  });

  it.each([
    ['gzip', CompressionTypes.GZIP],
    ['zstd', CompressionTypes.ZSTD],
    ['lz4', CompressionTypes.LZ4],
    ['snappy', CompressionTypes.Snappy],
  ])('is not one that just fits, in %s', async (_name, codec) => {
    const value = Buffer.alloc(LIMIT - 1_024, 'x');
    expect(valuesIn(await fetched(await batchOf([value], codec)))).toEqual([String(value)]);
  });

  it('does not keep back what lies before it', async () => {
    const log = Buffer.concat([
      await batchOf([Buffer.from('good')], 0, 4n),
      await packedAs(1, gzipSync(bomb)),
    ]);
    expect(valuesIn(await fetched(log))).toEqual(['good']);
  });
});

describe('a log that is no log', () => {
  const field = (at: number, write: (log: Buffer, at: number) => unknown) => async (): Promise<Buffer> => {
    const log = await batchOf([Buffer.from('a'), Buffer.from('b')]);
    write(log, at);
    return signed(log);
  };
  it.each([
    ['is cut off', async () => (await batchOf([Buffer.from('a')])).subarray(0, 40)],
    ['is shorter than any batch', async () => Buffer.alloc(9)],
    ['is empty bytes', async () => Buffer.alloc(200)],
    ['is random bytes', async () => Buffer.alloc(200, 'random')],
    ['says that it is longer than it is', field(8, (log, at) => log.writeInt32BE(2 ** 31 - 1, at))],
    ['says that it has a negative length', field(8, (log, at) => log.writeInt32BE(-1, at))],
    ['is of a format to come', field(16, (log, at) => log.writeInt8(3, at))],
    ['is in a codec to come', field(21, (log, at) => log.writeInt16BE(7, at))],
    ['says that it is packed, and is not', field(21, (log, at) => log.writeInt16BE(1, at))],
    ['has fewer records than it says', field(57, (log, at) => log.writeInt32BE(3, at))],
    ['has more records than it says', field(57, (log, at) => log.writeInt32BE(1, at))],
    ['says that it has 2 billion records', field(57, (log, at) => log.writeInt32BE(2 ** 31 - 1, at))],
    ['says that it has -2 records', field(57, (log, at) => log.writeInt32BE(-2, at))],
    ['has a record that is longer than it', field(61, (log, at) => log.writeUInt8(0x7e, at))],
    ['has a record of a negative length', field(61, (log, at) => log.writeUInt8(0x7f, at))],
  ])('is named, with where it lies, when it %s', async (_what, make) => {
    const error = unreadableOf(await fetched(await make()));
    expect(error).toBeInstanceOf(UnreadableBatchError);
    expect(error?.message).toMatch(
      /^orders\[3\]: the batch at offset (\d+|unknown) can not be read: .+ kafka-dump-log/,
    );
  });
});

describe('whatever bytes a fetch brings', () => {
  /** What a broker would have to be broken, or hostile, to send: then an error is the answer, and nothing worse. */
  async function errorOf(bytes: Buffer): Promise<string> {
    try {
      for (const { partitions } of (await decodeFetchResponse(bytes)).responses) {
        for (const { messages } of partitions) valuesIn(messages);
      }
      return '';
    } catch (error) {
      return String(error);
    }
  }

  it('there are records or an error: random bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(bytes, async (each) => expect(await errorOf(each)).toMatch(/^(RangeError|$)/)),
      { seed: 20_26, numRuns: 2_000 },
    );
  });

  it('there are records or an error: a sound log with some bytes replaced', async () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    const codec = fc.constantFrom(0, 1, 2, 3, 4);
    await fc.assert(
      fc.asyncProperty(
        codec,
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (compression, changes) => {
          const log = await batchOf(
            [Buffer.from('first'), Buffer.alloc(300, 'x'), Buffer.from('{"a":1}')],
            compression,
          );
          for (const [at, byte] of changes) log[at % log.length] = byte;
          const messages = await fetched(log);
          expect(unreadableOf(messages) !== undefined || valuesIn(messages).length <= 3).toBe(true);
        },
      ),
      { seed: 20_26, numRuns: 3_000 },
    );
  });
});
