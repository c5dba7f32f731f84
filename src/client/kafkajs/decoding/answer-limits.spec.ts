import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { constants, zstdCompressSync } from 'node:zlib';
import { registerCodecs } from '../patches/fetch/codecs.js';
import { decodeFetchResponse } from '../patches/fetch/fetch-response.js';
import { PackedMessages } from './packed-messages.js';
import { answerBytes, batchBytes, recordBytes } from '../testing/log-bytes.js';
import { unreadableOf } from './unreadable.js';

jest.setTimeout(60_000);
beforeAll(() => registerCodecs(67_108_864));

const PARTITIONS = 4;
const RECORDS = 100_000;
const ZSTD = 4;

/** One batch of records without key, value or headers: 20 kB in the log. */
function tinyRecords(): Buffer {
  const records = Array.from({ length: RECORDS }, (_, offsetDelta) => recordBytes({ offsetDelta }));
  const params = { [constants.ZSTD_c_compressionLevel]: 12 };
  const packed = zstdCompressSync(Buffer.concat(records), { params });
  const head = { firstOffset: 0n, lastOffsetDelta: RECORDS - 1, count: RECORDS, attributes: ZSTD };
  return batchBytes(head, packed);
}

async function fetchedFrom(answer: Buffer, fetchOffset: string): Promise<(readonly string[])[]> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, fetchOffset }));
  const { responses } = await decodeFetchResponse(answer, { asked: [{ topic: 'orders', partitions }] });
  return (responses[0]?.partitions ?? []).map(({ messages: [packed] }) =>
    packed instanceof PackedMessages ? [...packed.records.map(({ offset }) => offset), packed.offset] : [],
  );
}

describe('an answer with millions of tiny records', () => {
  let log: Buffer;
  let answer: Buffer;
  beforeAll(() => {
    log = tinyRecords();
    answer = answerBytes(
      'orders',
      Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, log })),
    );
  });

  test('brings no more of them than may be in flight, of each partition', async () => {
    const brought = await fetchedFrom(answer, '0');
    expect(brought.map((offsets) => offsets.length - 1)).toEqual([10_000, 10_000, 10_000, 10_000]);
    expect(brought.map((offsets) => offsets.at(-1))).toEqual(['9999', '9999', '9999', '9999']);
  });

  test('brings the rest from where the fetch before it ended', async () => {
    const [offsets] = await fetchedFrom(answer, '10000');
    expect([offsets?.[0], offsets?.at(-1), offsets?.length]).toEqual(['10000', '19999', 10_001]);
  });

  test('brings the last of them, and moves behind the batch', async () => {
    const [offsets] = await fetchedFrom(answer, String(RECORDS - 2));
    expect(offsets).toEqual(['99998', '99999', '99999']);
  });

  test('keeps of a batch that was cut what its records take', async () => {
    const { responses } = await decodeFetchResponse(answerBytes('orders', [{ partition: 0, log }]));
    const [packed] = responses[0]?.partitions[0]?.messages ?? [];
    if (!(packed instanceof PackedMessages)) throw new Error('there are records');
    const [first] = packed.records;
    if (!first || !('source' in first)) throw new Error('they are those of a batch');
    const { source } = first;
    const bytes = source && typeof source === 'object' && 'bytes' in source ? source.bytes : undefined;
    expect(Buffer.isBuffer(bytes) && bytes.buffer.byteLength).toBeLessThan(120_000);
  });
});

test('a record with more headers than can be made in a turn is refused', async () => {
  const header: readonly [string, null] = ['', null];
  const many = recordBytes({ offsetDelta: 0, headers: Array.from({ length: 65_537 }, () => header) });
  const log = batchBytes({ firstOffset: 7n, lastOffsetDelta: 0, count: 1 }, many);
  const { responses } = await decodeFetchResponse(answerBytes('orders', [{ partition: 0, log }]));
  const error = unreadableOf(responses[0]?.partitions[0]?.messages ?? []);
  expect(error?.message).toContain('65537 headers');
});

test('a record counts with its key, its value and its headers', async () => {
  const record = recordBytes({
    offsetDelta: 0,
    key: Buffer.alloc(1_000),
    value: Buffer.from('{}'),
    headers: [['large', Buffer.alloc(1_000_000, 'x')]],
  });
  const log = batchBytes({ firstOffset: 0n, lastOffsetDelta: 0, count: 1 }, record);
  const { responses } = await decodeFetchResponse(answerBytes('orders', [{ partition: 0, log }]));
  const [packed] = responses[0]?.partitions[0]?.messages ?? [];
  if (!(packed instanceof PackedMessages)) throw new Error('there are records');
  expect(packed.records[0]?.byteLength).toBeGreaterThan(1_001_000);
});
