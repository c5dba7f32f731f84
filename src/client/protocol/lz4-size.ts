const MAGIC = 0x184d2204;
const HEADER_BYTES = 7;
const SIZE_BYTES = 4;
const STORED = 0x80000000;
/** Content size, dictionary id, and a checksum after each block, by their bits in the frame's flags. */
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const BLOCK_CHECKSUM = 0x10;
/** A block has a token for each match, and unpacks to no more than the frame's flags allow: 64 kB to 4 MB. */
const SMALLEST_BLOCK_CODE = 4;

/**
 * How many bytes the blocks of an LZ4 frame can unpack to, at most: every block is taken for a full one. A frame
 * that says something else than its blocks is the codec's to refuse, which reads the first frame and no other.
 *
 * @throws RangeError where it is another kind of frame. The codec also unpacks legacy frames, whose blocks may take
 * 8 MB each; Kafka writes none of them, and its brokers and clients refuse them.
 */
export function lz4Size(packed: Buffer): number {
  if (packed.length < HEADER_BYTES || packed.readUInt32LE(0) !== MAGIC)
    throw new RangeError('its LZ4 data is no frame as Kafka writes it');
  const flags = packed.readUInt8(4);
  const code = (packed.readUInt8(5) >> 4) & 0x07;
  const blockBytes = 65_536 * 4 ** Math.max(0, code - SMALLEST_BLOCK_CODE);
  let at = HEADER_BYTES + (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY ? 4 : 0);
  let total = 0;
  while (at + SIZE_BYTES <= packed.length) {
    const word = packed.readUInt32LE(at);
    if (word === 0) break;
    const size = (word & ~STORED) >>> 0;
    // Of what is packed, no byte stands for more than 255.
    total += word & STORED ? size : Math.min(blockBytes, size * 255);
    at += SIZE_BYTES + size + (flags & BLOCK_CHECKSUM ? SIZE_BYTES : 0);
  }
  return total;
}
