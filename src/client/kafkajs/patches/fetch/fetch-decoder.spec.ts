import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import encodeRecord from 'kafkajs-pinned/src/protocol/recordBatch/record/v0/index.js';
import batches from 'kafkajs-pinned/src/protocol/recordBatch/v0/index.js';
import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import KafkaJsBatch from 'kafkajs-pinned/src/consumer/batch.js';
import kafkajsResponse from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { decodeFetchResponse } from './fetch-decoder.js';
import { signed } from '../../../protocol/testing/log-bytes.js';
import { PackedMessages, recordsOf, unpacked, unpackedBatch } from '../../packed-messages.js';

interface TestBatch {
  readonly firstOffset: bigint;
  readonly firstTimestamp: number;
  readonly compression: number;
  readonly records: readonly {
    readonly timestampDelta: number;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
  }[];
}

const HIGH_WATERMARK_AT = 4 + 2 + 4 + 4 + 2 + 'topic'.length + 4 + 4 + 2;

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const record = fc.record({
  timestampDelta: fc.integer({ min: 0, max: 2 ** 40 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(
    fc.string().map((name) => `header ${name}`),
    fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
    { maxKeys: 3 },
  ),
});
const batch: fc.Arbitrary<TestBatch> = fc.record({
  firstOffset: fc.oneof(fc.bigInt(0n, 10_000n), fc.bigInt(2n ** 53n - 5n, 2n ** 62n)),
  firstTimestamp: fc.integer({ min: 0, max: 2 ** 42 }),
  compression: fc.constantFrom(0, 1),
  records: fc.array(record, { minLength: 1, maxLength: 20 }),
});

async function encoded({ records, ...head }: TestBatch): Promise<Buffer> {
  const lastOffsetDelta = records.length - 1;
  const packed = records.map((each, offsetDelta) => encodeRecord({ ...each, offsetDelta }));
  const { buffer } = await batches.RecordBatch({ ...head, lastOffsetDelta, records: packed });
  return buffer;
}

/** @returns the batches in the order of a log, some with a gap before them */
function inOrder(written: readonly TestBatch[]): TestBatch[] {
  let end: bigint | undefined;
  return written.map((each) => {
    const firstOffset: bigint = end === undefined ? each.firstOffset : end + 1n + (each.firstOffset % 3n);
    end = firstOffset + BigInt(each.records.length) - 1n;
    return { ...each, firstOffset };
  });
}

/** @returns the response to a fetch from one partition */
function responseWith(log: Buffer): Buffer {
  const head = new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeInt32(1).writeString('topic');
  head.writeInt32(1).writeInt32(3).writeInt16(0).writeInt64(99).writeInt64(98).writeInt64(1);
  const { buffer } = head.writeInt32(-1).writeInt32(-1).writeInt32(log.length).writeBuffer(log);
  // The highest offset.
  buffer.writeBigInt64BE(2n ** 63n - 1n, HIGH_WATERMARK_AT);
  return buffer;
}

/** @returns the response as kafkajs would have decoded it */
async function read(response: Buffer): ReturnType<typeof kafkajsResponse.decode> {
  const decoded = await decodeFetchResponse(response);
  for (const { partitions } of decoded.responses) {
    for (const partition of partitions) partition.messages = unpacked(partition.messages);
  }
  return decoded;
}

async function offsetsIn(log: Buffer): Promise<string[]> {
  const { responses } = await read(responseWith(log));
  return responses.flatMap(({ partitions }) =>
    partitions.flatMap(({ messages }) => messages.map(({ offset }) => offset)),
  );
}

describe('a fetch response', () => {
  it('a fetch response is decoded to the same messages as by kafkajs', async () => {
    const property = fc.asyncProperty(fc.array(batch, { maxLength: 4 }), async (written) => {
      const response = responseWith(Buffer.concat(await Promise.all(inOrder(written).map(encoded))));
      expect(await read(response)).toEqual(await kafkajsResponse.decode(response));
    });
    await fc.assert(property, { numRuns: 100 });
  }, 60_000);

  it('a fetch response contains the records from the requested offset on, for consumers of this service and for others', async () => {
    const property = fc.asyncProperty(batch, fc.nat(25), async (written, ahead) => {
      const response = responseWith(await encoded(written));
      const { responses } = await decodeFetchResponse(response);
      const messages = responses[0]?.partitions[0]?.messages ?? [];
      const from = String(written.firstOffset + BigInt(ahead));
      const partitionData = { partition: 3, highWatermark: '99', abortedTransactions: [], messages };
      const packed = new KafkaJsBatch('topic', from, partitionData);
      const whole = await kafkajsResponse.decode(response);
      const plain = whole.responses[0]?.partitions[0]?.messages ?? [];
      const expected = plain.filter(({ offset }) => BigInt(offset) >= BigInt(from));
      expect(unpackedBatch(packed).messages).toEqual(expected);
      expect(recordsOf(packed).map(({ offset, value }) => ({ offset, value }))).toEqual(
        expected.map(({ offset, value }) => ({ offset, value })),
      );
    });
    await fc.assert(property, { numRuns: 100 });
  }, 60_000);

  it('a fetch response is read up to the last complete batch, wherever the broker has cut it off', async () => {
    const property = fc.asyncProperty(batch, batch, fc.nat(), async (first, second, at) => {
      const [whole = Buffer.alloc(0), cut = Buffer.alloc(0)] = await Promise.all(
        inOrder([first, second]).map(encoded),
      );
      const log = Buffer.concat([whole, cut.subarray(0, at % cut.length)]);
      expect(await offsetsIn(log)).toEqual(await offsetsIn(whole));
    });
    await fc.assert(property, { numRuns: 100 });
  }, 60_000);

  it('a fetch response moves the position past a batch that compaction has emptied', async () => {
    const { buffer } = await batches.RecordBatch({ firstOffset: 40n, lastOffsetDelta: 9, records: [] });
    const { responses } = await read(responseWith(buffer));
    expect(responses[0]?.partitions[0]?.messages).toEqual([{ offset: '49', isControlRecord: true }]);
  });

  it('a fetch response is handed over even if it has no visible record, since kafkajs would skip it in any generation', async () => {
    const { buffer } = await batches.RecordBatch({ firstOffset: 40n, lastOffsetDelta: 9, records: [] });
    const { responses } = await decodeFetchResponse(responseWith(buffer));
    const [partition] = responses[0]?.partitions ?? [];
    if (!partition) throw new Error('the answer has a partition');
    const fetched = new KafkaJsBatch('topic', '40', partition);
    expect(fetched.messages).toHaveLength(1);
    expect(fetched.lastOffset()).toBe('49');
    expect(recordsOf(fetched)).toEqual([]);
    expect(unpackedBatch(fetched).messages).toEqual([]);
  });

  it('a fetch response does not stay in memory because of one of its records', async () => {
    const one = (value: Buffer, firstOffset: bigint): TestBatch => ({
      firstOffset,
      firstTimestamp: 0,
      compression: 0,
      records: [{ timestampDelta: 0, key: null, value, headers: {} }],
    });
    const log = Buffer.concat([
      await encoded(one(Buffer.alloc(1_000_000), 0n)),
      await encoded(one(Buffer.from('a'), 1n)),
    ]);
    const { responses } = await decodeFetchResponse(responseWith(log));
    const [packed] = responses[0]?.partitions[0]?.messages ?? [];
    if (!(packed instanceof PackedMessages)) throw new Error('the answer has messages');
    const [, small] = packed.records;
    expect(small?.value).toEqual(Buffer.from('a'));
    expect(small?.value?.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  });

  it('a fetch response is unreadable if a batch is compressed with an unknown codec', async () => {
    const one = { timestampDelta: 0, key: null, value: null, headers: {} };
    const log = await encoded({ firstOffset: 0n, firstTimestamp: 0, compression: 0, records: [one] });
    log.writeInt16BE(7, 21);
    await expect(read(responseWith(signed(log)))).rejects.toThrow('codec 7');
  });
});
