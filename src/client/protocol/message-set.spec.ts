import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { ReadLog } from './partition-log.js';
import {
  batchBytes,
  lastOffsetIn,
  messageBytes,
  readOrders,
  recordBytes,
  recordsIn,
  unreadableIn,
} from './testing/log-bytes.js';

const valuesIn = (read: ReadLog | undefined): string[] =>
  recordsIn(read).map(({ offset, value }) => `${offset} ${String(value)}`);

const GZIP = 1;
const message = (magic: 0 | 1, offset: bigint, value: string): Buffer =>
  messageBytes({ magic, offset, key: Buffer.from('k'), value: Buffer.from(value) });
/** In format 1, inner offsets are relative. */
const packed = (magic: 0 | 1, offset: bigint, within: readonly Buffer[]): Buffer =>
  messageBytes({ magic, offset, attributes: GZIP, value: gzipSync(Buffer.concat(within)) });

describe('a log of the formats before Kafka 0.11', () => {
  test.each([0, 1] as const)(
    'a log of the formats before Kafka 0.11 is read in format %i, message by message',
    async (magic) => {
      const log = Buffer.concat([message(magic, 4n, 'a'), message(magic, 7n, 'b')]);
      const read = await readOrders(log, { fetchOffset: '4' });
      expect([valuesIn(read), lastOffsetIn(read)]).toEqual([['4 a', '7 b'], '7']);
      const first = recordsIn(read)[0]?.toPlain();
      expect(first).toMatchObject({ magicByte: magic, offset: '4', isControlRecord: false });
      expect(first?.timestamp).toBe(magic === 0 ? '-1' : '1700000000000');
    },
  );

  test('a log of the formats before Kafka 0.11 is read from the middle of a compressed message, up to the limit of records', async () => {
    const within = ['a', 'b', 'c', 'd'].map((value, at) => message(1, BigInt(at), value));
    const read = await readOrders(packed(1, 13n, within), { fetchOffset: '11', maxRecords: 2 });
    expect([valuesIn(read), lastOffsetIn(read)]).toEqual([['11 b', '12 c'], '12']);
  });

  test('a log of the formats before Kafka 0.11 has absolute inner offsets in compressed messages of format 0', async () => {
    const log = packed(0, 8n, [message(0, 5n, 'a'), message(0, 8n, 'b')]);
    expect(valuesIn(await readOrders(log, { fetchOffset: '5' }))).toEqual(['5 a', '8 b']);
  });

  test('a log of the formats before Kafka 0.11 may continue in the format since then', async () => {
    const record = recordBytes({ offsetDelta: 0, value: Buffer.from('b') });
    const log = Buffer.concat([
      message(1, 4n, 'a'),
      batchBytes({ firstOffset: 5n, lastOffsetDelta: 0, count: 1 }, record),
    ]);
    expect(valuesIn(await readOrders(log))).toEqual(['4 a', '5 b']);
  });

  test('a log of the formats before Kafka 0.11 is read up to a compressed message whose first offset is already taken by the message before', async () => {
    const within = [message(1, 0n, 'again'), message(1, 1n, 'b')];
    const read = await readOrders(Buffer.concat([message(1, 4n, 'a'), packed(1, 5n, within)]));
    expect([valuesIn(read), lastOffsetIn(read)]).toEqual([['4 a'], '4']);
  });

  const flipped = message(1, 4n, 'a');
  flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1);
  test.each([
    ['with a flipped bit', flipped],
    ['at a negative offset', message(1, -4n, 'a')],
    ['compressed twice', packed(1, 4n, [packed(1, 0n, [message(1, 0n, 'a')])])],
    ['that contains a message of another format', packed(1, 4n, [message(0, 0n, 'a')])],
    ['compressed, without a message', packed(1, 4n, [])],
    ['with inner offsets that decrease', packed(1, 4n, [message(1, 1n, 'a'), message(1, 0n, 'b')])],
    ['with an inner offset beyond its own', packed(0, 4n, [message(0, 9n, 'a')])],
    ['with an inner message that is cut off', packed(1, 4n, [message(1, 0n, 'a').subarray(0, 20)])],
  ])(
    'a log of the formats before Kafka 0.11 is unreadable if it begins with a message %s',
    async (_what, log) => {
      expect(unreadableIn(await readOrders(log))).toMatchObject({ topic: 'orders', partition: 3 });
    },
  );
});
