import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadConfig } from '../../../config/index.js';
import type { TopicSpec } from '../../kafka-port.js';
import { KafkaJsPort } from '../kafkajs-port.js';
import { TinyBroker } from '../testing/tiny-broker.js';

const SPEC: TopicSpec = {
  topic: 'orders.dlt',
  like: 'orders',
  isOwn: true,
  settings: [
    {
      name: 'cleanup.policy',
      value: 'delete',
      accepts: (value) => value === 'delete',
      otherwise: 'records delete each other',
      isVital: true,
      isCorrected: true,
    },
  ],
};

let broker: TinyBroker;
let port: KafkaJsPort;
beforeEach(async () => {
  Logger.overrideLogger(false);
  broker = await TinyBroker.start();
  broker.topics.set('orders', 3);
  port = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: broker.address }).kafka);
});
afterEach(async () => {
  port.close();
  await broker.close();
});

test('a topic that another client creates at the same time is checked like one that existed before', async () => {
  broker.beforeCreation = (topic) => {
    broker.topics.set(topic, 1);
    broker.settings.set(topic, { 'cleanup.policy': 'compact' });
  };
  await expect(port.ensureTopic(SPEC)).resolves.toMatchObject({
    partitions: 1,
    problems: [{ topic: 'orders.dlt', setting: 'cleanup.policy', value: 'compact', isVital: true }],
  });
});
