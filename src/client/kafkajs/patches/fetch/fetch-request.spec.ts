import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import kafkajsRequest from 'kafkajs-pinned/src/protocol/requests/fetch/v11/request.js';
import { encodeFetchRequest } from './fetch-request.js';

const int32 = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const partition = fc.record({
  partition: int32,
  fetchOffset: fc.bigInt(0n, 2n ** 62n).map(String),
  maxBytes: int32,
});
const topic = fc.record({ topic: fc.string(), partitions: fc.array(partition, { maxLength: 30 }) });
const request = fc.record(
  {
    replicaId: fc.constantFrom(-1, 3),
    maxWaitTime: int32,
    minBytes: int32,
    maxBytes: int32,
    isolationLevel: fc.constantFrom(0, 1),
    topics: fc.array(topic, { maxLength: 5 }),
    rackId: fc.string(),
  },
  { requiredKeys: ['maxWaitTime', 'minBytes', 'maxBytes', 'topics'] },
);

test('a fetch request has the same bytes as that of kafkajs', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      const { buffer } = await kafkajsRequest({ replicaId: -1, ...each }).encode();
      expect(encodeFetchRequest(each).buffer).toEqual(buffer);
    }),
  );
});

test('a fetch request needs about as much memory as it has bytes, for any number of partitions', () => {
  const partitions = Array.from({ length: 1_000 }, (_, at) => ({
    partition: at,
    fetchOffset: '123456789012',
    maxBytes: 1_048_576,
  }));
  const { buffer } = encodeFetchRequest({
    maxWaitTime: 5_000,
    minBytes: 1,
    maxBytes: 10_485_760,
    topics: [{ topic: 'orders', partitions }],
  });
  // One buffer, whose size is the next power of two.
  expect(buffer.buffer.byteLength).toBeLessThan(2.5 * buffer.length);
});
