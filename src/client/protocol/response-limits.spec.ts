import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { constants, zstdCompressSync } from 'node:zlib';
import { readFetchResponse } from './fetch-response.js';
import type { ReadLog } from './partition-log.js';
import {
  batchBytes,
  lastOffsetIn,
  readOrders,
  recordBytes,
  recordsIn,
  responseBytes,
  unreadableIn,
} from './testing/log-bytes.js';

jest.setTimeout(60_000);

const PARTITIONS = 4;
const RECORDS = 100_000;
const ZSTD = 4;
const LIMITS = { maxRecords: 10_000, maxBatchBytes: 67_108_864 };

/** One batch of records without key, value or headers: 20 kB in the log. */
function tinyRecords(): Buffer {
  const records = Array.from({ length: RECORDS }, (_, offsetDelta) => recordBytes({ offsetDelta }));
  const params = { [constants.ZSTD_c_compressionLevel]: 12 };
  const packed = zstdCompressSync(Buffer.concat(records), { params });
  const head = { firstOffset: 0n, lastOffsetDelta: RECORDS - 1, count: RECORDS, attributes: ZSTD };
  return batchBytes(head, packed);
}

describe('a response with millions of tiny records', () => {
  let log: Buffer;
  let response: Buffer;
  beforeAll(() => {
    log = tinyRecords();
    const sent = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, log }));
    response = responseBytes('orders', sent);
  });

  async function readFrom(fetchOffset: string): Promise<(ReadLog | undefined)[]> {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, fetchOffset }));
    const requested = [{ topic: 'orders', partitions }];
    const { topics } = await readFetchResponse(response, { requested, ...LIMITS });
    return (topics[0]?.partitions ?? []).map(({ read }) => read);
  }

  test('a response with millions of tiny records returns at most as many records of each partition as may be in flight', async () => {
    const read = await readFrom('0');
    expect(read.map((each) => recordsIn(each).length)).toEqual([10_000, 10_000, 10_000, 10_000]);
    expect(read.map(lastOffsetIn)).toEqual(['9999', '9999', '9999', '9999']);
  });

  test('a response with millions of tiny records returns the next records if the next fetch begins after the first ones', async () => {
    const [read] = await readFrom('10000');
    const records = recordsIn(read);
    expect([records[0]?.offset, records.length, lastOffsetIn(read)]).toEqual(['10000', 10_000, '19999']);
  });

  test('a response with millions of tiny records returns the last records, and the position moves past the batch', async () => {
    const [read] = await readFrom(String(RECORDS - 2));
    expect([recordsIn(read).map(({ offset }) => offset), lastOffsetIn(read)]).toEqual([
      ['99998', '99999'],
      '99999',
    ]);
  });

  test('a response with millions of tiny records keeps only the bytes of its records if not all records of a batch are read', async () => {
    const [first] = recordsIn(await readOrders(log));
    if (!first || !('source' in first)) throw new Error('the records are those of a batch');
    const { source } = first;
    const bytes = source && typeof source === 'object' && 'bytes' in source ? source.bytes : undefined;
    expect(Buffer.isBuffer(bytes) && bytes.buffer.byteLength).toBeLessThan(120_000);
  });
});

test('a record with more headers than can be created in one turn is unreadable', async () => {
  const header: readonly [string, null] = ['', null];
  const many = recordBytes({ offsetDelta: 0, headers: Array.from({ length: 65_537 }, () => header) });
  const log = batchBytes({ firstOffset: 7n, lastOffsetDelta: 0, count: 1 }, many);
  expect(unreadableIn(await readOrders(log))?.message).toContain('65537 headers');
});

test('the size of a record includes its key, its value and its headers', async () => {
  const record = recordBytes({
    offsetDelta: 0,
    key: Buffer.alloc(1_000),
    value: Buffer.from('{}'),
    headers: [['large', Buffer.alloc(1_000_000, 'x')]],
  });
  const log = batchBytes({ firstOffset: 0n, lastOffsetDelta: 0, count: 1 }, record);
  expect(recordsIn(await readOrders(log))[0]?.byteLength).toBeGreaterThan(1_001_000);
});
