import { describe, expect, test } from '@jest/globals';
import { offsetAfter, toOffset } from '../../pipeline/index.js';
import { Scene } from '../../pipeline/testing/scene.js';
import type { ReadLog } from './partition-log.js';
import {
  batchBytes,
  lastOffsetIn,
  readOrders,
  recordBytes,
  recordsIn,
  signed,
  unreadableIn,
} from './testing/log-bytes.js';

const END = 999n;

/** A batch whose records claim these offsets; of an uncompressed batch, brokers check only its count and last offset. */
function batch(firstOffset: bigint, deltas: readonly number[], lastOffsetDelta = deltas.length - 1): Buffer {
  const records = deltas.map((offsetDelta) => recordBytes({ offsetDelta, value: Buffer.from('v') }));
  return batchBytes({ firstOffset, lastOffsetDelta, count: deltas.length }, Buffer.concat(records));
}

const fetched = (log: Buffer, fetchOffset = '0'): Promise<ReadLog | undefined> =>
  readOrders(log, { fetchOffset, highWatermark: END });

const offsetsIn = (read: ReadLog | undefined): string[] => recordsIn(read).map(({ offset }) => offset);

describe('an offset is trusted only if it is plausible', () => {
  test.each([
    ['an offset beyond its batch', [0, 1_000_000]],
    ['an offset before its batch', [-1, 0]],
    ['an offset below that of the record before', [1, 0]],
    ['the offset of the record before', [0, 0]],
  ])('a record that claims %s makes its batch unreadable', async (_where, deltas) => {
    expect(unreadableIn(await fetched(batch(100n, deltas)))).toMatchObject({
      topic: 'orders',
      partition: 3,
      offset: '100',
    });
  });

  test.each([
    ['reaches beyond the end of the log, with fewer records than offsets', batch(100n, [0, 1], 1 | 1024)],
    ['begins beyond the end of the log', batch(5_000n, [0, 1])],
    ['ends before it begins', batch(100n, [], -1)],
    ['has more records than offsets', batch(100n, [0, 1], 0)],
    ['begins below zero', batch(-5n, [0])],
    ['ends beyond all offsets', batch(2n ** 63n - 1n, [0, 1])],
    ['ends behind the beginning of the next one', Buffer.concat([batch(100n, [0], 400), batch(300n, [0])])],
  ])('a batch that %s is unreadable', async (_what, log) => {
    expect(unreadableIn(await fetched(log))?.code).toBe('UNREADABLE_BATCH');
  });

  test('a batch that ends before the requested offset is unreadable', async () => {
    expect(unreadableIn(await fetched(batch(100n, [0, 1]), '102'))?.message).toContain('offset 102');
  });

  test('a batch at the end of the log may be beyond the high watermark, which brokers read before the log', async () => {
    const log = Buffer.concat([batch(998n, [0, 1]), batch(1_000n, [0, 1])]);
    expect(offsetsIn(await fetched(log))).toEqual(['998', '999', '1000', '1001']);
  });

  test('a batch whose last records were removed by compaction is read, and the position moves past it', async () => {
    const read = await fetched(batch(100n, [2, 7], 50));
    expect([offsetsIn(read), lastOffsetIn(read)]).toEqual([['102', '107'], '150']);
  });

  test('a batch that is read from its middle returns only the records from the requested offset on', async () => {
    expect(offsetsIn(await fetched(batch(100n, [0, 1, 2, 3]), '102'))).toEqual(['102', '103']);
  });

  test('nothing beyond the log is committed, no matter which offsets a batch claims', async () => {
    const scene = new Scene('');
    const read = await fetched(batch(0n, [0, 1_000_000]));
    const last = lastOffsetIn(read);
    if (last !== undefined) {
      const at = { topic: 't', partition: 0, from: toOffset(0), reachableOffset: toOffset(String(END)) };
      scene.group.receive({ ...at, records: recordsIn(read), next: offsetAfter(toOffset(last)) });
      for (const call of scene.calls) await call.returns();
    }
    expect(scene.calls).toEqual([]);
    expect(await scene.committed()).toBe('0');
  });
});

describe('a flipped bit', () => {
  const log = batch(100n, [0, 1]);
  const CHECKED_FROM = 21;

  test.each(Array.from({ length: log.length - CHECKED_FROM }, (_, at) => CHECKED_FROM + at))(
    'a flipped bit in byte %i makes the checksum of its batch wrong, so that the batch is unreadable',
    async (at) => {
      const flipped = Buffer.from(log);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 4, at);
      expect(unreadableIn(await fetched(flipped))?.message).toMatch(
        /its checksum is 0x[0-9a-f]{8}, but it claims 0x/,
      );
    },
  );

  test('a flipped bit does not make a batch unreadable if the checksum matches', async () => {
    expect(offsetsIn(await fetched(signed(Buffer.from(log))))).toEqual(['100', '101']);
  });

  test('a flipped bit does not affect the batches before it', async () => {
    const damaged = batch(102n, [0]);
    damaged.writeUInt8(damaged.readUInt8(66) ^ 1, 66);
    const read = await fetched(Buffer.concat([log, damaged]));
    expect([offsetsIn(read), lastOffsetIn(read)]).toEqual([['100', '101'], '101']);
  });
});
