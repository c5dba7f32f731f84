import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import bytewise from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { crc32c } from './crc32c.js';

test('the checksum of the digits is that of RFC 3720', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
});

test('the checksum is that of one byte at a time, wherever the bytes lie and however many they are', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, fc.nat(20), (array, from) => {
      const view = array.subarray(Math.min(from, array.length));
      expect(crc32c(view)).toBe(bytewise(view));
    }),
    { numRuns: 500 },
  );
});
