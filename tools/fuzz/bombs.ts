import { constants, zstdCompressSync } from 'node:zlib';
import {
  batchBytes,
  messageBytes,
  recordBytes,
  varint,
  xerial,
} from '../../src/client/protocol/testing/log-bytes.js';
import { type Codec, CODECS, pack } from './packing.js';

/** Valid logs that are small but expensive to read. */
export interface Bomb {
  readonly what: string;
  readonly log: Buffer;
}

const MEGABYTE = 1_048_576;
/** Decompresses to 193 zeros: a literal and three copies of 64. */
const ZEROS = Buffer.from([0xc1, 0x01, 0x00, 0x00, 0xfe, 1, 0, 0xfe, 1, 0, 0xfe, 1, 0]);

/** Logs with batches that decompress to far more bytes or records; each is created once. */
export async function bombs(): Promise<Bomb[]> {
  const made: Bomb[] = [];
  const add = (what: string, log: Buffer): void => void made.push({ what, log });
  const zeros = Buffer.alloc(128 * MEGABYTE);
  for (const codec of CODECS.filter((each) => each !== 0)) {
    const packed = await pack(zeros, codec);
    add(`128 MB of zeros in codec ${codec}`, batch(1, packed, codec));
    const inMessage = messageBytes({ magic: 1, offset: 0n, attributes: codec, value: packed });
    add(`a message of 128 MB in codec ${codec}`, inMessage);
    const value = recordBytes({ offsetDelta: 0, value: Buffer.alloc(7 * MEGABYTE) });
    add(`a record of 7 MB in codec ${codec}`, batch(1, await pack(value, codec), codec));
  }
  const tiny = Buffer.concat(
    Array.from({ length: 300_000 }, (_, offsetDelta) => recordBytes({ offsetDelta })),
  );
  const params = { [constants.ZSTD_c_compressionLevel]: 9 };
  add('300,000 records without anything', batch(300_000, zstdCompressSync(tiny, { params }), 4));
  const within = Array.from({ length: 60_000 }, (_, at) => messageBytes({ magic: 1, offset: BigInt(at) }));
  add('60,000 messages without anything', await message(Buffer.concat(within), 1, 59_999n));
  add('a record with 3 million headers', batch(1, zstdCompressSync(manyHeaders(3_000_000)), 4));
  add('a record with 60,000 headers', batch(1, zstdCompressSync(manyHeaders(60_000)), 4));
  add('Snappy in blocks of 193 bytes', batch(1, xerial(Array.from({ length: 30_000 }, () => ZEROS)), 2));
  add(
    'Snappy in blocks of nothing',
    batch(1, xerial(Array.from({ length: 100_000 }, () => Buffer.of(0))), 2),
  );
  const empty = Array.from({ length: 16_000 }, (_, at) => {
    const head = { firstOffset: BigInt(at), lastOffsetDelta: 0, count: 0 };
    return batchBytes(head, Buffer.alloc(0));
  });
  add('16,000 batches without records', Buffer.concat(empty));
  return made;
}

function batch(count: number, packed: Buffer, codec: Codec): Buffer {
  return batchBytes({ firstOffset: 0n, lastOffsetDelta: count - 1, count, attributes: codec }, packed);
}

async function message(plain: Buffer, codec: Codec, offset = 0n): Promise<Buffer> {
  return messageBytes({ magic: 1, offset, attributes: codec, value: await pack(plain, codec) });
}

function manyHeaders(count: number): Buffer {
  // Headers without name and value take two bytes each.
  const headers = Buffer.alloc(2 * count, Buffer.of(0, 1));
  const body = Buffer.concat([Buffer.of(0, 0, 0, 1, 1), varint(count), headers]);
  return Buffer.concat([varint(body.length), body]);
}
