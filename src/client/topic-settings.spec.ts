import { describe, expect, test } from '@jest/globals';
import { COPY_ROOM_BYTES, replicationProblem, settingsLike } from './topic-settings.js';

const CONFIG = new Map([
  ['max.message.bytes', '1048588'],
  ['min.insync.replicas', '2'],
]);

describe('a topic for copies has what its source has', () => {
  test('with room for the headers that say where a copy is from', () => {
    const [limit] = settingsLike('orders', CONFIG);
    expect(limit).toMatchObject({ name: 'max.message.bytes', value: String(1_048_588 + COPY_ROOM_BYTES) });
    expect([limit?.accepts('1048588'), limit?.accepts('10000000')]).toEqual([false, true]);
  });

  test('but no limit beyond what Kafka knows', () => {
    const [limit] = settingsLike('orders', new Map([['max.message.bytes', '2147483647']]));
    expect([limit?.value, limit?.accepts('2147483647')]).toEqual(['2147483647', true]);
  });

  test('with as many brokers that must have a record, and never more than keep the topic', () => {
    expect(settingsLike('orders', CONFIG)[1]).toMatchObject({ name: 'min.insync.replicas', value: '2' });
    const single = settingsLike('orders', CONFIG, 1)[1];
    expect([single?.value, single?.accepts('1')]).toEqual(['1', true]);
  });

  test('as far as it may be read', () => {
    expect(settingsLike('orders', new Map())).toEqual([]);
  });
});

test('a topic that fewer brokers keep than its source is told of', () => {
  expect(replicationProblem('orders.dlt', 'orders', 1, 3)).toMatchObject({
    setting: 'replication.factor',
    wanted: '3',
  });
  expect(replicationProblem('orders.dlt', 'orders', 3, 3)).toBeUndefined();
  expect(replicationProblem('orders.dlt', 'orders', 0, 3)).toBeUndefined();
});
