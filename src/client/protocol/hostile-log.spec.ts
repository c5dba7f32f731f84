import { describe, expect, it, jest } from '@jest/globals';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import kafkajs from 'kafkajs-pinned';
import encodeRecord from 'kafkajs-pinned/src/protocol/recordBatch/record/v0/index.js';
import batches from 'kafkajs-pinned/src/protocol/recordBatch/v0/index.js';
import { compressFrame } from 'lz4-napi';
import { registerCodecs } from '../kafkajs/patches/fetch/codecs.js';
import { UnreadableBatchError } from './errors.js';
import { readFetchResponse } from './fetch-response.js';
import type { ReadLog } from './partition-log.js';
import { readOrders, recordsIn, signed, unreadableIn } from './testing/log-bytes.js';

// Megabytes are packed and thousands of logs read: that takes seconds.
jest.setTimeout(60_000);

const LIMIT = 8_388_608;
const { CompressionTypes } = kafkajs;
registerCodecs();

/** A batch as a producer writes it. */
async function batchOf(values: readonly Buffer[], compression = 0, firstOffset = 5n): Promise<Buffer> {
  const records = values.map((value, offsetDelta) =>
    encodeRecord({ offsetDelta, timestampDelta: 0, value, headers: {} }),
  );
  const head = { firstOffset, firstTimestamp: 0, compression, lastOffsetDelta: values.length - 1 };
  const { buffer } = await batches.RecordBatch({ ...head, records });
  return buffer;
}

const fetched = (log: Buffer): Promise<ReadLog | undefined> =>
  readOrders(log, { highWatermark: 99n, maxBatchBytes: LIMIT });

/** @returns the values that a handler would get, with all parts of each record created */
function valuesIn(read: ReadLog | undefined): string[] {
  return recordsIn(read).map((record) => String(record.toPlain().value));
}

/** @returns a batch whose records are replaced by other bytes, marked as packed with a codec */
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

describe('a batch that unpacks to more than the limit', () => {
  it.each([
    ['gzip', CompressionTypes.GZIP, () => gzipSync(bomb)],
    ['zstd', CompressionTypes.ZSTD, () => zstdCompressSync(bomb)],
    ['lz4', CompressionTypes.LZ4, () => compressFrame(bomb)],
    ['snappy', CompressionTypes.Snappy, () => snappyClaiming(4_000_000_000)],
  ])(
    'a batch that unpacks to more than the limit is unreadable in %s, is not unpacked, and its offset is in the error',
    async (_name, codec, pack) => {
      const log = await packedAs(codec, await pack());
      const before = process.memoryUsage();
      const error = unreadableIn(await fetched(log));
      const after = process.memoryUsage();
      expect(error).toMatchObject({ code: 'UNREADABLE_BATCH', topic: 'orders', partition: 3, offset: '5' });
      expect(error?.message).toContain('orders[3]: the batch at offset 5');
      expect(error?.message).toContain(
        `more than ${LIMIT} bytes, the limit in KAFKA_MAX_UNPACKED_BATCH_BYTES`,
      );
      expect(error?.message).toContain('--reset-offsets');
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(3 * LIMIT);
    },
  );

  it.each([
    ['gzip', CompressionTypes.GZIP],
    ['zstd', CompressionTypes.ZSTD],
    ['lz4', CompressionTypes.LZ4],
    ['snappy', CompressionTypes.Snappy],
  ])('a batch that just fits the limit is read in %s', async (_name, codec) => {
    const value = Buffer.alloc(LIMIT - 1_024, 'x');
    expect(valuesIn(await fetched(await batchOf([value], codec)))).toEqual([String(value)]);
  });

  it('a batch that unpacks to more than the limit does not affect the batches before it', async () => {
    const log = Buffer.concat([
      await batchOf([Buffer.from('good')], 0, 4n),
      await packedAs(1, gzipSync(bomb)),
    ]);
    expect(valuesIn(await fetched(log))).toEqual(['good']);
  });
});

describe('a malformed log', () => {
  const field = (at: number, write: (log: Buffer, at: number) => unknown) => async (): Promise<Buffer> => {
    const log = await batchOf([Buffer.from('a'), Buffer.from('b')]);
    write(log, at);
    return signed(log);
  };
  it.each([
    ['is cut off', async () => (await batchOf([Buffer.from('a')])).subarray(0, 40)],
    ['is shorter than any batch', async () => Buffer.alloc(9)],
    ['is zeros', async () => Buffer.alloc(200)],
    ['is random bytes', async () => Buffer.alloc(200, 'random')],
    ['claims to be longer than it is', field(8, (log, at) => log.writeInt32BE(2 ** 31 - 1, at))],
    ['claims to have a negative length', field(8, (log, at) => log.writeInt32BE(-1, at))],
    ['is of an unknown format', field(16, (log, at) => log.writeInt8(3, at))],
    ['is packed with an unknown codec', field(21, (log, at) => log.writeInt16BE(7, at))],
    ['claims to be packed, but is not', field(21, (log, at) => log.writeInt16BE(1, at))],
    ['has fewer records than it claims', field(57, (log, at) => log.writeInt32BE(3, at))],
    ['has more records than it claims', field(57, (log, at) => log.writeInt32BE(1, at))],
    ['claims to have 2 billion records', field(57, (log, at) => log.writeInt32BE(2 ** 31 - 1, at))],
    ['claims to have -2 records', field(57, (log, at) => log.writeInt32BE(-2, at))],
    ['has a record that is longer than itself', field(61, (log, at) => log.writeUInt8(0x7e, at))],
    ['has a record of a negative length', field(61, (log, at) => log.writeUInt8(0x7f, at))],
  ])('a malformed log is reported with its position if it %s', async (_what, make) => {
    const error = unreadableIn(await fetched(await make()));
    expect(error).toBeInstanceOf(UnreadableBatchError);
    expect(error?.message).toMatch(
      /^orders\[3\]: the batch at offset (\d+|unknown) cannot be read: .+ kafka-dump-log/,
    );
  });
});

describe('the bytes of a fetch response', () => {
  /** @returns the error of reading them; empty if there is none */
  async function errorOf(bytes: Buffer): Promise<string> {
    try {
      const limits = { maxRecords: 10_000, maxBatchBytes: LIMIT };
      for (const { partitions } of (await readFetchResponse(bytes, { requested: [], ...limits })).topics) {
        for (const { read } of partitions) valuesIn(read);
      }
      return '';
    } catch (error) {
      return String(error);
    }
  }

  it('result in records or a RangeError if they are random', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(bytes, async (each) => expect(await errorOf(each)).toMatch(/^(RangeError|$)/)),
      { seed: 20_26, numRuns: 2_000 },
    );
  });

  it('result in records or an unreadable batch if some bytes of a valid log were replaced', async () => {
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
          const read = await fetched(log);
          expect(unreadableIn(read) !== undefined || valuesIn(read).length <= 3).toBe(true);
        },
      ),
      { seed: 20_26, numRuns: 3_000 },
    );
  });
});
