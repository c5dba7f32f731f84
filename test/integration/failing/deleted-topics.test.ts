import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import type { RecordProducer } from '../../../src/client/kafka-port.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { brokers, createTopic, deleteTopic, uniqueName } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';

jest.setTimeout(60_000);

const REFRESH_MS = 100;
let port: KafkaJsPort;
let producer: RecordProducer;
beforeEach(() => {
  const env = { KAFKA_BROKERS: brokers(), KAFKA_TOPIC_REFRESH_MS: String(REFRESH_MS) };
  port = new KafkaJsPort(loadConfig(env).kafka);
  producer = port.producer();
});
afterEach(async () => {
  await producer.disconnect();
  port.close();
});

describe('a topic that is deleted after writes', () => {
  test('a deleted topic does not prevent writes to other topics', async () => {
    const [kept, deleted] = [await createTopic(uniqueName('kept')), await createTopic(uniqueName('deleted'))];
    for (const topic of [kept, deleted]) await producer.send({ topic, value: 'before' });
    await deleteTopic(deleted);
    await sleep(2 * REFRESH_MS);
    await producer.send({ topic: kept, value: 'after' });
    expect((await readTopic(kept)).map(({ value }) => String(value))).toEqual(['before', 'after']);
  });

  test('a deleted topic is written to again once it is recreated', async () => {
    const topic = await createTopic(uniqueName('again'));
    await producer.send({ topic, value: 'before' });
    await deleteTopic(topic);
    await createTopic(topic);
    await sleep(2 * REFRESH_MS);
    await producer.send({ topic, value: 'after' });
    expect((await readTopic(topic)).map(({ value }) => String(value))).toEqual(['after']);
  });
});
