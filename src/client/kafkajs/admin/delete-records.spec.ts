import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../../../config/index.js';
import { toOffset } from '../../../pipeline/index.js';
import { KafkaJsPort } from '../kafkajs-port.js';
import { TinyBroker } from '../testing/tiny-broker.js';

const TOPIC_AUTHORIZATION_FAILED = 29;

let broker: TinyBroker;
let port: KafkaJsPort;
beforeEach(async () => {
  Logger.overrideLogger(false);
  broker = await TinyBroker.start();
  broker.topics.set('retry.a', 2).set('retry.b', 1);
  port = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: broker.address }).kafka);
});
afterEach(async () => {
  port.close();
  await broker.close();
});

describe('records before committed offsets', () => {
  const partitions = new Map([
    ['retry.a', new Set([0, 1])],
    ['retry.b', new Set([0])],
  ]);

  it('records before committed offsets are deleted in all topics with one request to a leader, over one connection that is kept', async () => {
    broker.committed.set('retry.a/0', 5).set('retry.a/1', 7).set('retry.b/0', 9);
    await expect(port.deleteCommitted('group', partitions)).resolves.toEqual(new Map());
    await expect(port.deleteCommitted('group', partitions)).resolves.toEqual(new Map());
    const request = ['retry.a/0<5', 'retry.a/1<7', 'retry.b/0<9'];
    expect(broker.deleted).toEqual([request, request]);
    expect(broker.connections).toBe(1);
  });

  it('records before committed offsets are not deleted in a partition without a committed offset', async () => {
    broker.committed.set('retry.b/0', 9);
    await port.deleteCommitted('group', partitions);
    expect(broker.deleted).toEqual([['retry.b/0<9']]);
  });

  it('records before committed offsets are deleted in the other topics if one topic does not permit it, or does not exist', async () => {
    broker.committed.set('retry.a/0', 5).set('retry.b/0', 9).set('gone/0', 3);
    broker.refused.set('retry.a', [TOPIC_AUTHORIZATION_FAILED, '']);
    const failures = await port.deleteCommitted('group', new Map([...partitions, ['gone', new Set([0])]]));
    expect([...failures].map(([topic, error]) => [topic, 'type' in error && error.type])).toEqual([
      ['gone', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['retry.a', 'TOPIC_AUTHORIZATION_FAILED'],
    ]);
  });
});

describe('records before an offset', () => {
  it('records before an offset are deleted', async () => {
    await port.deleteBefore('retry.a', new Map([[1, toOffset(8)]]));
    expect(broker.deleted).toEqual([['retry.a/1<8']]);
  });

  it('records before an offset are not deleted in a topic that does not permit it', async () => {
    broker.refused.set('retry.a', [TOPIC_AUTHORIZATION_FAILED, '']);
    await expect(port.deleteBefore('retry.a', new Map([[1, toOffset(8)]]))).rejects.toMatchObject({
      type: 'TOPIC_AUTHORIZATION_FAILED',
    });
  });
});
