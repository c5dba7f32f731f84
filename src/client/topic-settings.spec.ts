import { describe, expect, test } from '@jest/globals';
import { COPY_ROOM_BYTES, replicationProblem, settingsLike } from './topic-settings.js';

const CONFIG = new Map([
  ['max.message.bytes', '1048588'],
  ['min.insync.replicas', '2'],
]);

describe('a topic for copies', () => {
  test('a topic for copies accepts records as large as its source, with room for the headers of a copy', () => {
    const [limit] = settingsLike('orders', CONFIG);
    expect(limit).toMatchObject({ name: 'max.message.bytes', value: String(1_048_588 + COPY_ROOM_BYTES) });
    expect([limit?.accepts('1048588'), limit?.accepts('10000000')]).toEqual([false, true]);
  });

  test('a topic for copies has no size limit beyond the largest that Kafka permits', () => {
    const [limit] = settingsLike('orders', new Map([['max.message.bytes', '2147483647']]));
    expect([limit?.value, limit?.accepts('2147483647')]).toEqual(['2147483647', true]);
  });

  test('a topic for copies has the min.insync.replicas of its source, but never more than its own replicas', () => {
    expect(settingsLike('orders', CONFIG)[1]).toMatchObject({ name: 'min.insync.replicas', value: '2' });
    const single = settingsLike('orders', CONFIG, 1)[1];
    expect([single?.value, single?.accepts('1')]).toEqual(['1', true]);
  });

  test('a topic for copies takes over no settings if those of its source cannot be read', () => {
    expect(settingsLike('orders', new Map())).toEqual([]);
  });
});

test('a topic with fewer replicas than its source has a problem', () => {
  expect(replicationProblem('orders.dlt', 'orders', 1, 3)).toMatchObject({
    setting: 'replication.factor',
    wanted: '3',
  });
  expect(replicationProblem('orders.dlt', 'orders', 3, 3)).toBeUndefined();
  expect(replicationProblem('orders.dlt', 'orders', 0, 3)).toBeUndefined();
});
