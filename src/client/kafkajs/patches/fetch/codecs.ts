import { AsyncLocalStorage } from 'node:async_hooks';
import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import kafkajs from 'kafkajs-pinned';
import snappy from 'kafkajs-snappy';
import { compressFrame } from 'lz4-napi';
import { unpack } from '../../../protocol/codecs/unpack.js';
import { DEFAULT_FETCH_LIMITS } from '../../fetch-limits.js';
import { installOnce } from '../install-once.js';

type Compress = (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;

const packGzip = promisify(gzip);
const packZstd = promisify(zstdCompress);
/** kafkajs's decoder finds its codecs in one list for all clients. */
const unpackLimit = new AsyncLocalStorage<number>();

/** Runs a decoder of kafkajs with a limit for what one batch may unpack to. */
export function withUnpackLimit<T>(maxBytes: number, decode: () => Promise<T>): Promise<T> {
  return unpackLimit.run(maxBytes, decode);
}

/**
 * Registers codecs for what Kafka's producers write, with a limit for what one batch may unpack to. They serve kafkajs's
 * producers, and its own decoder for responses of brokers before 2.3.
 *
 * - Defect: kafkajs (`protocol/message/compression/index.js`) has no snappy, lz4 and zstd, and its gzip has no limit.
 * - Effect: a batch in another codec stops the consumer permanently; a batch of 1 MB can unpack to 1 GB.
 * - Test: `test/integration/reading/codecs.test.ts`.
 * - Unnecessary when kafkajs has bounded codecs of its own.
 */
export const registerCodecs = installOnce(() => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const snappyCodec = snappy();
  const compressors: Readonly<Record<number, Compress>> = {
    [CompressionTypes.GZIP]: ({ buffer }) => packGzip(buffer),
    [CompressionTypes.Snappy]: ({ buffer }) => snappyCodec.compress({ buffer }),
    [CompressionTypes.LZ4]: ({ buffer }) => compressFrame(buffer),
    [CompressionTypes.ZSTD]: ({ buffer }) => packZstd(buffer),
  };
  for (const [type, compress] of Object.entries(compressors)) {
    const decompress = (packed: Buffer): Promise<Buffer> =>
      unpack(packed, Number(type), unpackLimit.getStore() ?? DEFAULT_FETCH_LIMITS.maxBatchBytes);
    Object.assign(CompressionCodecs, { [type]: () => ({ compress, decompress }) });
  }
});
