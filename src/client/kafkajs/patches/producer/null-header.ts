import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import { installOnce } from '../install-once.js';

/** Stands for a header whose value is null. kafkajs counts its bytes correctly. */
export const NULL_HEADER = Buffer.alloc(0);

/**
 * Writes headers whose value is `NULL_HEADER` as null.
 *
 * - Defect: the encoding of headers (`protocol/recordBatch/header/v0/index.js`) throws a TypeError for null.
 * - Effect: a failed record with such a header could not be stored unchanged.
 * - Test: `test/integration/failing/dead-letters.test.ts`.
 * - Unnecessary when kafkajs accepts null as a header's value.
 */
export const allowNullHeaders = installOnce(() => {
  const { prototype } = Encoder;
  const { writeVarIntBytes } = prototype;
  prototype.writeVarIntBytes = function write(value) {
    return value === NULL_HEADER ? this.writeVarInt(-1) : writeVarIntBytes.call(this, value);
  };
});
