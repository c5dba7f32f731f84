import { expect, test } from '@jest/globals';
import { toOffset } from '../../pipeline/index.js';
import { nativeConsumer } from './native-consumer.js';

const owned = [0, 1].map((partition) => ({ topic: 'orders', partition }));

function native(calls: string[]): ReturnType<typeof nativeConsumer> {
  return nativeConsumer({
    pause: ({ topic, partition }) => void calls.push(`pause ${topic}/${partition}`),
    resume: ({ topic, partition }) => void calls.push(`resume ${topic}/${partition}`),
    commit: async (offsets) => void calls.push(`commit ${JSON.stringify(offsets)}`),
    owned,
  });
}

test('a handler may pause, resume and commit through the consumer of its context', async () => {
  const calls: string[] = [];
  const consumer = native(calls);
  consumer.pause([{ topic: 'orders' }]);
  expect(consumer.paused()).toEqual([
    { topic: 'orders', partitions: [0] },
    { topic: 'orders', partitions: [1] },
  ]);
  consumer.resume([{ topic: 'orders', partitions: [1] }]);
  expect(consumer.paused()).toEqual([{ topic: 'orders', partitions: [0] }]);
  await consumer.commitOffsets([{ topic: 'orders', partition: 0, offset: '7' }]);
  expect(calls).toEqual([
    'pause orders/0',
    'pause orders/1',
    'resume orders/1',
    `commit ${JSON.stringify([{ topic: 'orders', partition: 0, offset: toOffset(7) }])}`,
  ]);
});

test('a method that needs the consumer of kafkajs says so', () => {
  expect(() => native([]).seek({ topic: 'orders', partition: 0, offset: '0' })).toThrow(
    'consumer.seek() is not available with KAFKA_GROUP_PROTOCOL=consumer',
  );
});
