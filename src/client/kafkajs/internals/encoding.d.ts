/** The parts of kafkajs 2.2.4's `protocol/encoder.js`, `protocol/decoder.js` and `protocol/recordBatch/` that its types leave out. Its version is pinned; specs check these shapes. */

declare module 'kafkajs-pinned/src/protocol/encoder.js' {
  class Encoder {
    readonly buffer: Buffer;
    constructor(initialBytes?: number);
    writeInt8(value: number): this;
    writeBoolean(value: boolean): this;
    writeArray(encoders: readonly Encoder[]): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: number | string): this;
    writeString(value: string): this;
    writeBuffer(value: Buffer): this;
    writeVarInt(value: number): this;
    writeVarIntBytes(value: Buffer | string | null | undefined): this;
  }
  export default Encoder;
}

declare module 'kafkajs-pinned/src/protocol/decoder.js' {
  class Decoder {
    readonly buffer: Buffer;
    constructor(bytes: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    /** Null if there is none. */
    readString(): string | null;
    readArray<T>(read: (decoder: Decoder) => T): T[];
  }
  export default Decoder;
}

declare module 'kafkajs-pinned/src/protocol/recordBatch/record/v0/index.js' {
  import type Encoder from 'kafkajs-pinned/src/protocol/encoder.js';

  const encodeRecord: (record: object) => Encoder;
  export default encodeRecord;
}

declare module 'kafkajs-pinned/src/protocol/recordBatch/v0/index.js' {
  import type Encoder from 'kafkajs-pinned/src/protocol/encoder.js';

  const batches: { RecordBatch(batch: object): Promise<Encoder> };
  export default batches;
}

declare module 'kafkajs-pinned/src/protocol/recordBatch/crc32C/index.js' {
  /** CRC-32C, one byte at a time. */
  const crc32C: (bytes: Uint8Array) => number;
  export default crc32C;
}

declare module 'kafkajs-snappy' {
  const codec: () => {
    compress(encoder: { buffer: Buffer }): Promise<Buffer>;
    decompress(buffer: Buffer): Promise<Buffer>;
  };
  export default codec;
}
