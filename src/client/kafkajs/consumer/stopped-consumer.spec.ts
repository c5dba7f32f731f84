import { expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs-pinned';
import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { loadConfig } from '../../../config/index.js';
import type { ConsumerListener } from '../../kafka-port.js';
import { KafkaJsConsumer } from './consumer.js';

it.each([
  ['loses its membership', null],
  ['has to join again', 'member'],
])(
  'a stopped client that %s tells its listener nothing: it may already be used by the next client',
  async (_, memberId) => {
    const heard: string[] = [];
    const listener = {
      rebalanceEnded: () => undefined,
      lost: () => void heard.push('lost'),
      revoking: () => Promise.resolve(void heard.push('revoking')),
    } as unknown as ConsumerListener;
    const { kafka: settings } = loadConfig({});
    const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING });
    const client = new KafkaJsConsumer(kafka, 'group', settings, listener);
    const group = {
      groupId: 'group',
      memberId: 'member' as string | null,
      generationId: 1,
      offsetManager: {},
      subscriptionState: { assigned: () => [{ topic: 't', partitions: [0] }] },
      cluster: { brokerPool: { brokers: {} } },
      coordinator: { connectionPool: { pool: [] } },
      leave: () => Promise.resolve(void (group.memberId = null)),
    };
    client.afterJoin(group as unknown as ConsumerGroup);
    await client.stop();
    group.memberId = memberId;
    await client.beforeJoin(group as unknown as ConsumerGroup);
    expect(heard).toEqual([]);
  },
);
