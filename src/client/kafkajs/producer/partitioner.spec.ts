import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs-pinned';
import { murmur2, partitioner } from './partitioner.js';

const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
  partitionId,
  leader: 1,
  partitionErrorCode: 0,
  replicas: [1],
  isr: [1],
}));

describe('the partition of a key', () => {
  it('the partition of a key is the same as with the partitioner of kafkajs', () => {
    const [ours, theirs] = [partitioner(), kafkajs.Partitioners.DefaultPartitioner()];
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.oneof(bytes, fc.string()), (key) => {
        const args = { topic: 't', partitionMetadata, message: { key, value: null } };
        expect(ours(args)).toBe(theirs(args));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('the partition of a key is chosen by the hash that the tests of Kafka expect for %s', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('the partition of a key is chosen for a key of 1 MB without blocking the process', () => {
    const key = Buffer.alloc(1_048_576, 'k');
    const chosen = partitioner()({ topic: 't', partitionMetadata, message: { key, value: null } });
    expect(chosen).toBeLessThan(12);
  });
});
