import { expect, test } from '@jest/globals';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { lz4Size } from './lz4-size.js';

const LIMIT = 1_048_576;

/** A block of zeros: a literal, a match for almost all of them, five last literals. */
function zeros(bytes: number): Buffer {
  const more: number[] = [];
  let left = bytes - 10 - 15;
  for (; left >= 255; left -= 255) more.push(255);
  return Buffer.from([0x1f, 0, 1, 0, ...more, left, 0x50, 0, 0, 0, 0, 0]);
}

test('a legacy frame is rejected, since its blocks may have 8 MB each and Kafka never writes one', async () => {
  const block = zeros(8 * LIMIT);
  const packed = Buffer.alloc(4 + 2 * (4 + block.length));
  packed.writeUInt32LE(0x184c2102, 0);
  for (const at of [4, 8 + block.length]) {
    packed.writeUInt32LE(block.length, at);
    block.copy(packed, at + 4);
  }
  expect((await decompressFrame(packed)).length).toBeGreaterThan(LIMIT);
  expect(() => lz4Size(packed)).toThrow(RangeError);
});

test('a skippable frame, and bytes that are no frame, are rejected', () => {
  expect(() => lz4Size(Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]))).toThrow(RangeError);
  expect(() => lz4Size(Buffer.alloc(3))).toThrow(RangeError);
});

test('the size is that of the first of several frames, which is the one that the codec unpacks', async () => {
  const [first, second] = await Promise.all([compressFrame(Buffer.alloc(1_000)), compressFrame(zeros(500))]);
  const both = Buffer.concat([first, second]);
  expect(await decompressFrame(both)).toHaveLength(1_000);
  expect(lz4Size(both)).toBeGreaterThanOrEqual(1_000);
});
