import { beforeAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { registerCodecs } from '../patches/fetch/codecs.js';
import { decodeFetchResponse } from '../patches/fetch/fetch-response.js';
import { PackedMessages, unpacked } from './packed-messages.js';
import { answerBytes, batchBytes, messageBytes, recordBytes } from '../testing/log-bytes.js';
import { unreadableOf } from './unreadable.js';

beforeAll(() => registerCodecs(1_048_576));

type Messages = Awaited<
  ReturnType<typeof decodeFetchResponse>
>['responses'][number]['partitions'][number]['messages'];

async function fetched(log: Buffer, fetchOffset = '0', maxRecords = 10_000): Promise<Messages> {
  const asked = [{ topic: 'orders', partitions: [{ partition: 3, fetchOffset }] }];
  const answer = answerBytes('orders', [{ partition: 3, log }]);
  const { responses } = await decodeFetchResponse(answer, { asked, maxRecords });
  return responses[0]?.partitions[0]?.messages ?? [];
}

function recordsIn([packed]: Messages): string[] {
  if (!(packed instanceof PackedMessages)) return [];
  return packed.records.map(({ offset, value }) => `${offset} ${String(value)}`);
}

const GZIP = 1;
const message = (magic: 0 | 1, offset: bigint, value: string): Buffer =>
  messageBytes({ magic, offset, key: Buffer.from('k'), value: Buffer.from(value) });
/** In format 1 the offsets within are relative. */
const packed = (magic: 0 | 1, offset: bigint, within: readonly Buffer[]): Buffer =>
  messageBytes({ magic, offset, attributes: GZIP, value: gzipSync(Buffer.concat(within)) });

describe('a log from before Kafka 0.11', () => {
  test.each([0, 1] as const)('is read in format %i, message by message', async (magic) => {
    const log = Buffer.concat([message(magic, 4n, 'a'), message(magic, 7n, 'b')]);
    const messages = await fetched(log, '4');
    expect([recordsIn(messages), messages[0]?.offset]).toEqual([['4 a', '7 b'], '7']);
    expect(unpacked(messages)[0]).toMatchObject({ magicByte: magic, offset: '4', isControlRecord: false });
    expect(unpacked(messages)[0]?.timestamp).toBe(magic === 0 ? '-1' : '1700000000000');
  });

  test('is read from within a compressed message, as far as records may be brought', async () => {
    const within = ['a', 'b', 'c', 'd'].map((value, at) => message(1, BigInt(at), value));
    const messages = await fetched(packed(1, 13n, within), '11', 2);
    expect([recordsIn(messages), messages[0]?.offset]).toEqual([['11 b', '12 c'], '12']);
  });

  test('has absolute offsets within compressed messages of format 0', async () => {
    const log = packed(0, 8n, [message(0, 5n, 'a'), message(0, 8n, 'b')]);
    expect(recordsIn(await fetched(log, '5'))).toEqual(['5 a', '8 b']);
  });

  test('goes on in the format since then', async () => {
    const record = recordBytes({ offsetDelta: 0, value: Buffer.from('b') });
    const log = Buffer.concat([
      message(1, 4n, 'a'),
      batchBytes({ firstOffset: 5n, lastOffsetDelta: 0, count: 1 }, record),
    ]);
    expect(recordsIn(await fetched(log))).toEqual(['4 a', '5 b']);
  });

  test('ends before a compressed message that has an offset of the one before it', async () => {
    const within = [message(1, 0n, 'again'), message(1, 1n, 'b')];
    const messages = await fetched(Buffer.concat([message(1, 4n, 'a'), packed(1, 5n, within)]));
    expect([recordsIn(messages), messages[0]?.offset]).toEqual([['4 a'], '4']);
  });

  const flipped = message(1, 4n, 'a');
  flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1);
  test.each([
    ['with a bit flipped', flipped],
    ['below zero', message(1, -4n, 'a')],
    ['compressed twice', packed(1, 4n, [packed(1, 0n, [message(1, 0n, 'a')])])],
    ['of another format within', packed(1, 4n, [message(0, 0n, 'a')])],
    ['compressed, with nothing in it', packed(1, 4n, [])],
    ['with offsets within that go back', packed(1, 4n, [message(1, 1n, 'a'), message(1, 0n, 'b')])],
    ['with an offset within beyond its own', packed(0, 4n, [message(0, 9n, 'a')])],
    ['cut off within', packed(1, 4n, [message(1, 0n, 'a').subarray(0, 20)])],
  ])('names a message %s', async (_what, log) => {
    expect(unreadableOf(await fetched(log))).toMatchObject({ topic: 'orders', partition: 3 });
  });
});
