const MAGIC = 0x184d2204;
const HEADER_BYTES = 7;
const SIZE_BYTES = 4;
const STORED = 0x80000000;
/** Bits of the frame's flags: a content size, a dictionary id, and a checksum after each block. */
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const BLOCK_CHECKSUM = 0x10;
/** The frame limits its blocks to 64 kB, 256 kB, 1 MB or 4 MB; this is the code of 64 kB. */
const SMALLEST_BLOCK_CODE = 4;

/**
 * Computes an upper bound for the size that the first LZ4 frame unpacks to, in bytes: each block may be full. The codec
 * unpacks the first frame only, and rejects a frame that contradicts its blocks.
 *
 * @throws RangeError for other kinds of frames. The codec would unpack legacy frames too, whose blocks may have 8 MB
 * each; Kafka never writes them, and its brokers and clients reject them.
 */
export function lz4Size(packed: Buffer): number {
  if (packed.length < HEADER_BYTES || packed.readUInt32LE(0) !== MAGIC)
    throw new RangeError('its LZ4 data is not a frame of the kind that Kafka writes');
  const flags = packed.readUInt8(4);
  const code = (packed.readUInt8(5) >> 4) & 0x07;
  const blockBytes = 65_536 * 4 ** Math.max(0, code - SMALLEST_BLOCK_CODE);
  let at = HEADER_BYTES + (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY ? 4 : 0);
  let total = 0;
  while (at + SIZE_BYTES <= packed.length) {
    const word = packed.readUInt32LE(at);
    if (word === 0) break;
    const size = (word & ~STORED) >>> 0;
    // A packed byte stands for at most 255 unpacked bytes.
    total += word & STORED ? size : Math.min(blockBytes, size * 255);
    at += SIZE_BYTES + size + (flags & BLOCK_CHECKSUM ? SIZE_BYTES : 0);
  }
  return total;
}
