import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Admin } from 'kafkajs-pinned';
import { createTopics, kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { loadConfig } from '../../../src/config/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';

jest.setTimeout(120_000);

let kafka: OwnKafka;
beforeAll(async () => {
  Logger.overrideLogger(false);
  kafka = await OwnKafka.start({ brokers: 3 });
}, 90_000);
afterAll(() => kafka.stop());

function ask<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  return withAdmin(kafkaClient(kafka.bootstrap), work);
}

/** Makes these brokers the leaders of the partitions, by partition. */
async function lead(topic: string, leaders: readonly number[]): Promise<void> {
  const partitionAssignment = leaders.map((leader, partition) => ({ partition, replicas: [leader] }));
  await ask((admin) => admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] }));
  const isMoved = async (): Promise<boolean> => {
    const { topics } = await ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    const now = new Map(topics[0]?.partitions.map(({ partitionId, leader }) => [partitionId, leader]));
    return leaders.every((leader, partition) => now.get(partition) === leader);
  };
  await waitFor(isMoved, { what: `${topic} to move`, timeoutMs: 60_000 });
}

test('records that are published while their partitions move are in the log once, in the order of their keys', async () => {
  const topic = uniqueName('moving');
  const configEntries = [{ name: 'min.insync.replicas', value: '1' }];
  const replicaAssignment = [1, 2, 3].map((leader, partition) => ({ partition, replicas: [leader] }));
  await ask((admin) => createTopics(admin, [{ topic, replicaAssignment, configEntries }]));
  const config = loadConfig({ KAFKA_BROKERS: kafka.bootstrap, KAFKA_GROUP_ID: 'g' });
  const producer = new KafkaJsPort(config.kafka).batchProducer();
  const sent: Promise<unknown>[] = [];
  const moved = new AbortController();
  const sending = (async () => {
    for (let number = 0; !moved.signal.aborted; number++) {
      sent.push(producer.send({ topic, key: `k${number % 10}`, value: String(number) }));
      if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  for (const leaders of [
    [2, 3, 1],
    [2, 2, 3],
    [1, 3, 2],
    [3, 1, 1],
  ])
    await lead(topic, leaders);
  moved.abort();
  await sending;
  await Promise.all(sent);
  await producer.close();
  const stored = await readTopic(topic, kafka.bootstrap);
  expect(stored).toHaveLength(sent.length);
  for (let key = 0; key < 10; key++) {
    const numbers = stored
      .filter((each) => String(each.key) === `k${key}`)
      .map(({ value }) => Number(String(value)));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => key + 10 * at));
  }
});
