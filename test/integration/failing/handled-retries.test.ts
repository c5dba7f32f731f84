import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import {
  brokers,
  createTopic,
  deleteTopic,
  produce,
  uniqueName,
  waitFor,
  withTestAdmin,
} from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';

jest.setTimeout(60_000);

const partition = 0;
const only = new Set([partition]);
let port: KafkaJsPort;
beforeEach(() => {
  port = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: brokers() }).kafka);
});
afterEach(() => port.close());

async function committedUpTo(groupId: string, topic: string): Promise<string | undefined> {
  const [found] = await withTestAdmin((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  return found?.partitions[0]?.offset;
}

test('committed records are deleted from a retry topic, and none of a topic that was recreated since', async () => {
  const [groupId, topic] = [uniqueName('group'), await createTopic(uniqueName('retries'))];
  const texts = async (): Promise<string[]> => (await readTopic(topic)).map(({ value }) => String(value));
  await produce(topic, ['a', 'b', 'c']);

  await expect(port.deleteCommitted(groupId, new Map([[topic, only]]))).resolves.toEqual(new Map());
  expect(await texts()).toEqual(['a', 'b', 'c']);

  await withTestAdmin((admin) =>
    admin.setOffsets({ groupId, topic, partitions: [{ partition, offset: '2' }] }),
  );
  await expect(port.deleteCommitted(groupId, new Map([[topic, only]]))).resolves.toEqual(new Map());
  expect(await texts()).toEqual(['c']);

  await deleteTopic(topic);
  await createTopic(topic);
  await produce(topic, ['d', 'e', 'f']);
  await waitFor(async () => (await committedUpTo(groupId, topic)) === '-1', {
    what: 'the brokers to forget the offset',
  });
  await expect(port.deleteCommitted(groupId, new Map([[topic, only]]))).resolves.toEqual(new Map());
  expect(await texts()).toEqual(['d', 'e', 'f']);
});
