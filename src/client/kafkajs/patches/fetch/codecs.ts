import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import snappy from 'kafkajs-snappy';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { lz4Size } from '../../../protocol/lz4-size.js';
import { unpackSnappy } from '../../decoding/snappy.js';
import { UnpackedTooLargeError } from '../../decoding/unreadable.js';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(packed: Buffer): Promise<Buffer>;
}

const compressGzip = promisify(gzip);
const decompressGzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);
const compressZstd = promisify(zstdCompress);
const decompressZstd = promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress);

/**
 * Registers codecs for what Kafka's producers write, with a limit for what one batch may unpack to.
 *
 * - Defect: kafkajs (`protocol/message/compression/index.js`) has no snappy, lz4 and zstd, and its gzip has no limit.
 * - Effect: a batch in another codec stops the consumer for good; a batch of 1 MB can unpack to 1 GB.
 * - Test: `hostile-log.spec.ts`, "a batch that unpacks to more than the limit".
 * - Unnecessary when kafkajs has bounded codecs of its own.
 */
export function registerCodecs(maxBytes: number): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const snappyCodec = snappy();
  const codecs: Readonly<Record<number, Codec>> = {
    [CompressionTypes.GZIP]: {
      compress: (encoder) => compressGzip(encoder.buffer),
      decompress: (packed) => within(maxBytes, decompressGzip(packed, { maxOutputLength: maxBytes })),
    },
    [CompressionTypes.Snappy]: {
      compress: (encoder) => snappyCodec.compress(encoder),
      decompress: (packed) => unpackSnappy(packed, maxBytes),
    },
    [CompressionTypes.LZ4]: {
      compress: (encoder) => compressFrame(encoder.buffer),
      decompress: (packed) => unpackLz4(packed, maxBytes),
    },
    [CompressionTypes.ZSTD]: {
      compress: (encoder) => compressZstd(encoder.buffer),
      decompress: (packed) => within(maxBytes, decompressZstd(packed, { maxOutputLength: maxBytes })),
    },
  };
  for (const [type, codec] of Object.entries(codecs))
    Object.assign(CompressionCodecs, { [type]: () => codec });
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

async function unpackLz4(packed: Buffer, maxBytes: number): Promise<Buffer> {
  if (lz4Size(packed) > maxBytes) throw new UnpackedTooLargeError(maxBytes);
  return decompressFrame(packed);
}
