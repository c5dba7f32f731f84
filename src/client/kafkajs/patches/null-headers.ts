import Encoder from 'kafkajs/src/protocol/encoder.js';
import { onceAProcess } from './once-a-process.js';

/** Stands for a header without a value. kafkajs counts its bytes right, and by itself would write it as empty. */
export const NULL_HEADER = Buffer.alloc(0);

/**
 * Lets kafkajs write headers whose value is null, once a process: by itself it fails on them with a TypeError,
 * and records that have some could never be kept as they are.
 */
export const installNullHeaders = onceAProcess(() => {
  const { prototype } = Encoder;
  const writeVarIntBytes = prototype.writeVarIntBytes;
  prototype.writeVarIntBytes = function write(value) {
    return value === NULL_HEADER ? this.writeVarInt(-1) : writeVarIntBytes.call(this, value);
  };
});
