import { gzipSync, zstdCompressSync } from 'node:zlib';
import snappy from 'kafkajs-snappy';
import { compressFrame } from 'lz4-napi';

/** Kafka's compression codecs by their number in a batch's attributes. */
export const CODECS = [0, 1, 2, 3, 4] as const;
/** The codecs of the older message formats. */
export const OLD_CODECS = [0, 1, 2, 3] as const;
export type Codec = (typeof CODECS)[number];

/** Compresses like a producer. */
export async function pack(bytes: Buffer, codec: Codec): Promise<Buffer> {
  switch (codec) {
    case 0:
      return bytes;
    case 1:
      return gzipSync(bytes, { level: 1 });
    case 2:
      return Buffer.from(await snappy().compress({ buffer: bytes }));
    case 3:
      return compressFrame(bytes);
    case 4:
      return zstdCompressSync(bytes);
  }
}
