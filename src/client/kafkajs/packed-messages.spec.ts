import KafkaJsBatch from 'kafkajs-pinned/src/consumer/batch.js';
import { expect, test } from '@jest/globals';
import { reachableOffsetOf, toMessages } from './packed-messages.js';

test.each([
  ['the last stable offset, if committed records are read', '7', '7'],
  ['the high watermark, if uncommitted records are read', '-1', '9'],
])('a fetch can reach %s', (_what, lastStableOffset, reachable) => {
  const messages = toMessages({ lastOffset: '6', records: [] }, { highWatermark: '9', lastStableOffset });
  const partitionData = { partition: 0, highWatermark: '9', abortedTransactions: [], messages };
  expect(reachableOffsetOf(new KafkaJsBatch('topic', '5', partitionData))).toBe(reachable);
});
