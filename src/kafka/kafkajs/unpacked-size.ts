/** What Snappy's Java library writes before its blocks, each with its length in front. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;
const SIZE_BYTES = 4;

/** How many bytes Snappy's blocks say they unpack to: that much is allocated before a byte is read. */
export function snappySize(packed: Buffer): number {
  if (!packed.subarray(0, XERIAL.length).equals(XERIAL)) return varint(packed);
  let total = 0;
  for (let at = XERIAL_HEADER_BYTES; at + SIZE_BYTES <= packed.length;) {
    const size = packed.readUInt32BE(at);
    at += SIZE_BYTES;
    total += varint(packed.subarray(at, at + size));
    at += size;
  }
  return total;
}

function varint(bytes: Buffer): number {
  let value = 0;
  let factor = 1;
  for (const byte of bytes.subarray(0, 5)) {
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
    factor *= 128;
  }
  return value;
}

const LZ4_MAGIC = 0x184d2204;
const STORED = 0x80000000;
/** Content size, dictionary id, and a checksum after each block, by their bits in the frame's flags. */
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const BLOCK_CHECKSUM = 0x10;
/** A block has a token for each match, and unpacks to no more than the frame's flags allow: 64 kB to 4 MB. */
const SMALLEST_BLOCK_CODE = 4;

/**
 * How many bytes the blocks of an LZ4 frame can unpack to, at most: every block is taken for a full one. A frame
 * that says something else than its blocks is the codec's to refuse.
 */
export function lz4Size(packed: Buffer): number {
  if (packed.length < 7 || packed.readUInt32LE(0) !== LZ4_MAGIC) return 0;
  const flags = packed.readUInt8(4);
  const code = (packed.readUInt8(5) >> 4) & 0x07;
  const blockBytes = 65_536 * 4 ** Math.max(0, code - SMALLEST_BLOCK_CODE);
  let at = 7 + (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY ? 4 : 0);
  let total = 0;
  while (at + SIZE_BYTES <= packed.length) {
    const word = packed.readUInt32LE(at);
    if (word === 0) break;
    const size = word & ~STORED;
    // Of what is packed, no byte stands for more than 255.
    total += word & STORED ? size : Math.min(blockBytes, size * 255);
    at += SIZE_BYTES + (size >>> 0) + (flags & BLOCK_CHECKSUM ? SIZE_BYTES : 0);
  }
  return total;
}
