import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import kafkajsRequest from 'kafkajs/src/protocol/requests/fetch/v11/request.js';
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

test('a fetch request has the bytes that kafkajs gives it', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      const { buffer } = await kafkajsRequest({ replicaId: -1, ...each }).encode();
      expect(encodeFetchRequest(each).buffer).toEqual(buffer);
    }),
  );
});

test('a fetch request takes about as many bytes of memory as it has, however many partitions it is for', () => {
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
  // The one buffer that was made for it; an encoder takes the next power of two.
  expect(buffer.buffer.byteLength).toBeLessThan(2.5 * buffer.length);
});
