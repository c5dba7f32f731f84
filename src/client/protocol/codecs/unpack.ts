import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { decompressFrame } from 'lz4-napi';
import { UnpackedTooLargeError } from '../errors.js';
import { lz4Size } from './lz4-size.js';
import { unpackSnappy } from './snappy.js';

const NONE = 0;
const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

const unpackGzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);
const unpackZstd = promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress);

/**
 * Unpacks the records of a batch.
 * @param codec the codec's number, as in the attributes of a batch
 * @throws UnpackedTooLargeError if they unpack to more than `maxBytes`; another error if the codec is unknown or the
 * bytes are not of that codec
 */
export async function unpack(packed: Buffer, codec: number, maxBytes: number): Promise<Buffer> {
  switch (codec) {
    case NONE:
      return packed;
    case GZIP:
      return within(maxBytes, unpackGzip(packed, { maxOutputLength: maxBytes }));
    case SNAPPY:
      return unpackSnappy(packed, maxBytes);
    case LZ4:
      if (lz4Size(packed) > maxBytes) throw new UnpackedTooLargeError(maxBytes);
      return decompressFrame(packed);
    case ZSTD:
      return within(maxBytes, unpackZstd(packed, { maxOutputLength: maxBytes }));
    default:
      throw new Error(`it is compressed with the unknown codec ${codec}`);
  }
}

async function within(maxBytes: number, unpacking: Promise<Buffer>): Promise<Buffer> {
  try {
    return await unpacking;
  } catch (error) {
    const isTooLarge =
      typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? new UnpackedTooLargeError(maxBytes) : error;
  }
}
