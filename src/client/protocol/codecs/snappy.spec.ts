import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import snappy from 'kafkajs-snappy';
import { xerial } from '../testing/log-bytes.js';
import { unpackSnappy } from './snappy.js';

jest.setTimeout(60_000);

const LIMIT = 67_108_864;
const BLOCK = 193;
/** Unpacks to 193 zeros: a literal and three copies of 64. */
const ZEROS = Buffer.from([0xc1, 0x01, 0x00, 0x00, 0xfe, 1, 0, 0xfe, 1, 0, 0xfe, 1, 0]);

/** @returns the CPU time of unpacking, in ms: the least of three runs, since other processes use the machine too */
async function cpuMs(blocks: number): Promise<number> {
  const packed = xerial(Array.from({ length: blocks }, () => ZEROS));
  let least = Infinity;
  for (let each = 0; each < 3; each++) {
    const began = process.cpuUsage();
    expect(await unpackSnappy(packed, LIMIT)).toHaveLength(BLOCK * blocks);
    const { user, system } = process.cpuUsage(began);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

describe('Snappy data', () => {
  test('Snappy data in small blocks takes time in proportion to its unpacked size', async () => {
    const [few, many] = [await cpuMs(3_000), await cpuMs(48_000)];
    // Sixteen times as many: quadratic time would be 256 times as long, and was seven seconds for 12,000 blocks.
    expect(many).toBeLessThan(64 * Math.max(few, 5));
    expect(many).toBeLessThan(1_000);
  });

  test('Snappy data is unpacked to what was packed, in one block or several', async () => {
    const bytes = fc.uint8Array({ maxLength: 2_000 }).map((array) => Buffer.from(array));
    const repeated = fc.tuple(bytes, fc.integer({ min: 1, max: 30 }));
    await fc.assert(
      fc.asyncProperty(repeated, fc.nat(3), async ([part, times], more) => {
        const plain = Buffer.concat(Array.from({ length: times }, () => part));
        const packed = Buffer.from(await snappy().compress({ buffer: plain }));
        expect((await unpackSnappy(packed, LIMIT)).equals(plain)).toBe(true);
        const blocks = Array.from({ length: more + 1 }, () => packed);
        const all = Buffer.concat(blocks.map(() => plain));
        expect((await unpackSnappy(xerial(blocks), LIMIT)).equals(all)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['nothing at all', Buffer.alloc(0)],
    ['a length that does not end', Buffer.alloc(5, 0xff)],
    ['fewer bytes than it claims', Buffer.from([9, 0, 0x61])],
    ['more bytes than it claims', Buffer.from([1, 4, 0x61, 0x61])],
    ['a literal that reaches beyond its end', Buffer.from([9, 32, 0x61])],
    ['a copy from before its beginning', Buffer.from([9, 0, 0x61, 0x1d, 9])],
    ['a copy of nothing before', Buffer.from([9, 0, 0x61, 0x1d, 0])],
    ['a copy that is cut off', Buffer.from([9, 0, 0x61, 0xfe, 1])],
    ['a block that is cut off', xerial([ZEROS]).subarray(0, -1)],
    ['a block without a length', Buffer.concat([xerial([ZEROS]), Buffer.from([1])])],
    ['an empty block', xerial([Buffer.alloc(0)])],
  ])('Snappy data with %s is rejected', async (_what, packed) => {
    await expect(unpackSnappy(packed, LIMIT)).rejects.toThrow(/Snappy data is damaged/);
  });

  test('beyond the limit is rejected before anything is allocated', async () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]);
    await expect(unpackSnappy(claim, LIMIT)).rejects.toMatchObject({ code: 'UNPACKED_TOO_LARGE' });
  });
});
