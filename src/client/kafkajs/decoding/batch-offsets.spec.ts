import { describe, expect, test } from '@jest/globals';
import { Scene } from '../../../pipeline/testing/scene.js';
import { offsetAfter, toOffset } from '../../../pipeline/index.js';
import { decodeFetchResponse } from '../patches/fetch/fetch-response.js';
import { PackedMessages } from './packed-messages.js';
import { answerBytes, batchBytes, recordBytes, signed } from '../testing/log-bytes.js';
import { unreadableOf } from './unreadable.js';

type Messages = Awaited<
  ReturnType<typeof decodeFetchResponse>
>['responses'][number]['partitions'][number]['messages'];

const END = 999n;

/** A batch whose records claim these offsets; uncompressed, a broker looks at its count and last offset alone. */
function batch(firstOffset: bigint, deltas: readonly number[], lastOffsetDelta = deltas.length - 1): Buffer {
  const records = deltas.map((offsetDelta) => recordBytes({ offsetDelta, value: Buffer.from('v') }));
  return batchBytes({ firstOffset, lastOffsetDelta, count: deltas.length }, Buffer.concat(records));
}

async function fetched(log: Buffer, fetchOffset = '0'): Promise<Messages> {
  const answer = answerBytes('orders', [{ partition: 3, log, highWatermark: END }]);
  const asked = [{ topic: 'orders', partitions: [{ partition: 3, fetchOffset }] }];
  const { responses } = await decodeFetchResponse(answer, { asked });
  return responses[0]?.partitions[0]?.messages ?? [];
}

function offsetsIn([packed]: Messages): string[] {
  return packed instanceof PackedMessages ? packed.records.map(({ offset }) => offset) : [];
}

describe('an offset is believed only where it can be right', () => {
  test.each([
    ['beyond its batch', [0, 1_000_000]],
    ['before its batch', [-1, 0]],
    ['below the one before it', [1, 0]],
    ['twice', [0, 0]],
  ])('a record that claims an offset %s makes its batch unreadable', async (_where, deltas) => {
    expect(unreadableOf(await fetched(batch(100n, deltas)))).toMatchObject({
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
    expect(unreadableOf(await fetched(log))?.code).toBe('UNREADABLE_BATCH');
  });

  test('a batch that ends before the offset that was asked for is unreadable', async () => {
    expect(unreadableOf(await fetched(batch(100n, [0, 1]), '102'))?.message).toContain('offset 102');
  });

  test('a batch at the end of the log may lie beyond the high watermark, which is read before it', async () => {
    const log = Buffer.concat([batch(998n, [0, 1]), batch(1_000n, [0, 1])]);
    expect(offsetsIn(await fetched(log))).toEqual(['998', '999', '1000', '1001']);
  });

  test('a batch from whose end a compaction has taken records is read, and the position moves behind it', async () => {
    const messages = await fetched(batch(100n, [2, 7], 50));
    expect([offsetsIn(messages), messages[0]?.offset]).toEqual([['102', '107'], '150']);
  });

  test('a batch that is read from its middle brings what was asked for alone', async () => {
    expect(offsetsIn(await fetched(batch(100n, [0, 1, 2, 3]), '102'))).toEqual(['102', '103']);
  });

  test('nothing beyond the log is committed, whatever a batch claims', async () => {
    const scene = new Scene('');
    const messages = await fetched(batch(0n, [0, 1_000_000]));
    const [packed] = messages;
    if (packed instanceof PackedMessages) {
      const at = { topic: 't', partition: 0, from: toOffset(0), highWatermark: toOffset(String(END)) };
      scene.group.receive({ ...at, records: packed.records, next: offsetAfter(toOffset(packed.offset)) });
      for (const call of scene.calls) await call.returns();
    }
    expect(scene.calls).toEqual([]);
    expect(await scene.committed()).toBe('0');
  });
});

describe('a bit that was flipped', () => {
  const log = batch(100n, [0, 1]);
  const CHECKED_FROM = 21;

  test.each(Array.from({ length: log.length - CHECKED_FROM }, (_, at) => CHECKED_FROM + at))(
    'in byte %i makes its batch unreadable, by its checksum',
    async (at) => {
      const flipped = Buffer.from(log);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 4, at);
      expect(unreadableOf(await fetched(flipped))?.message).toMatch(
        /its checksum is 0x[0-9a-f]{8}, and it says 0x/,
      );
    },
  );

  test('leaves a batch readable that is written with its checksum', async () => {
    expect(offsetsIn(await fetched(signed(Buffer.from(log))))).toEqual(['100', '101']);
  });

  test('does not keep back what lies before it', async () => {
    const damaged = batch(102n, [0]);
    damaged.writeUInt8(damaged.readUInt8(66) ^ 1, 66);
    const messages = await fetched(Buffer.concat([log, damaged]));
    expect([offsetsIn(messages), messages[0]?.offset]).toEqual([['100', '101'], '101']);
  });
});
