import { UnpackedTooLargeError } from '../errors.js';
import { ReadingTurns } from '../reading-turns.js';

/** The header that Snappy's Java library writes before its blocks; each block is preceded by its length. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;
const SIZE_BYTES = 4;
/** How many bytes are unpacked between two readings of the clock. */
const LOOK_EVERY_BYTES = 65_536;
/** Up to this many bytes, a loop copies faster than a call. */
const SHORT = 32;

/**
 * Unpacks Snappy data, one block or several in the framing of the Java library, in linear time and in several turns
 * of the event loop. The package kafkajs-snappy concatenates each block with all blocks before it, in quadratic time,
 * and accepts a block that unpacks to less than it claims.
 *
 * @throws UnpackedTooLargeError if the blocks claim to unpack to more than `maxBytes`, before anything is allocated;
 * RangeError if a block is damaged
 */
export async function unpackSnappy(packed: Buffer, maxBytes: number): Promise<Buffer> {
  let total = 0;
  for (const { unpackedBytes } of blocksOf(packed)) total += unpackedBytes;
  if (total > maxBytes) throw new UnpackedTooLargeError(maxBytes);
  const unpacked = Buffer.allocUnsafe(total);
  const turns = new ReadingTurns();
  let at = 0;
  for (const block of blocksOf(packed)) {
    await unpackBlock(packed, block, unpacked.subarray(at, at + block.unpackedBytes), turns);
    at += block.unpackedBytes;
  }
  return unpacked;
}

/** The position of a block, after the length that it unpacks to. */
interface SnappyBlock {
  readonly from: number;
  readonly to: number;
  readonly unpackedBytes: number;
}

function* blocksOf(packed: Buffer): Generator<SnappyBlock> {
  if (!packed.subarray(0, XERIAL.length).equals(XERIAL)) {
    yield blockAt(packed, 0, packed.length);
    return;
  }
  for (let at = XERIAL_HEADER_BYTES; at < packed.length;) {
    if (at + SIZE_BYTES > packed.length) throw damaged('a block without a length');
    const from = at + SIZE_BYTES;
    at = from + packed.readUInt32BE(at);
    if (at > packed.length) throw damaged('a block that is cut off');
    yield blockAt(packed, from, at);
  }
}

function blockAt(packed: Buffer, from: number, to: number): SnappyBlock {
  let unpackedBytes = 0;
  for (let at = from, factor = 1; at < Math.min(from + 5, to); at++, factor *= 128) {
    const byte = byteAt(packed, at);
    unpackedBytes += (byte & 0x7f) * factor;
    if (byte < 0x80) return { from: at + 1, to, unpackedBytes };
  }
  throw damaged('a block without its unpacked length');
}

/** Unpacks a block into `out`. It consists of literals, and of copies of bytes that it has already unpacked. */
async function unpackBlock(
  packed: Buffer,
  { from, to }: SnappyBlock,
  out: Buffer,
  turns: ReadingTurns,
): Promise<void> {
  let at = from;
  let written = 0;
  let checkAt = LOOK_EVERY_BYTES;
  while (at < to) {
    const tag = byteAt(packed, at++);
    const kind = tag & 3;
    let length = (tag >>> 2) + 1;
    if (kind === 0) {
      if (length > 60) {
        const lengthBytes = length - 60;
        length = littleEndian(packed, at, lengthBytes, to) + 1;
        at += lengthBytes;
      }
      if (at + length > to) throw damaged('a literal that reaches beyond its end');
      if (written + length > out.length) throw damaged('more bytes than it claims');
      if (length > SHORT) packed.copy(out, written, at, at + length);
      else for (let each = 0; each < length; each++) out[written + each] = byteAt(packed, at + each);
      at += length;
    } else {
      if (kind === 1) length = ((tag >>> 2) & 7) + 4;
      const offsetBytes = kind === 3 ? 4 : kind;
      const distance = littleEndian(packed, at, offsetBytes, to) + (kind === 1 ? (tag >>> 5) << 8 : 0);
      at += offsetBytes;
      if (distance === 0 || distance > written) throw damaged('a copy of bytes before its beginning');
      if (written + length > out.length) throw damaged('more bytes than it claims');
      // Byte by byte: the source of a copy may overlap its target.
      for (let each = written; each < written + length; each++) out[each] = byteAt(out, each - distance);
    }
    written += length;
    if (written < checkAt) continue;
    checkAt = written + LOOK_EVERY_BYTES;
    if (turns.isSpent) await turns.next();
  }
  if (written < out.length) throw damaged('fewer bytes than it claims');
  if (turns.isSpent) await turns.next();
}

function littleEndian(bytes: Buffer, at: number, count: number, end: number): number {
  if (at + count > end) throw damaged('an element that is cut off');
  let value = 0;
  for (let each = count - 1; each >= 0; each--) value = value * 256 + byteAt(bytes, at + each);
  return value;
}

/** @returns a byte within bounds */
function byteAt(bytes: Buffer, at: number): number {
  return bytes[at] ?? 0;
}

function damaged(what: string): RangeError {
  return new RangeError(`its Snappy data is damaged: it has ${what}`);
}
