import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import bytewise from 'kafkajs-pinned/src/protocol/recordBatch/crc32C/index.js';
import { crc32c, portableCrc32c } from './crc32c.js';

describe.each([
  ['native', crc32c],
  ['portable', portableCrc32c],
])('%s', (name, checksum) => {
  test(`the ${name} CRC-32C has the values of RFC 3720`, () => {
    expect(checksum(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(checksum(Buffer.alloc(0))).toBe(0);
    expect(checksum(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  });

  test(`the ${name} CRC-32C is that of kafkajs, at any position in a buffer and of any length`, () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, fc.nat(20), (array, from) => {
        const view = array.subarray(Math.min(from, array.length));
        expect(checksum(view)).toBe(bytewise(view));
      }),
      { numRuns: 500 },
    );
  });
});
