import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import { toOffset } from '../../../src/pipeline/records/offset.js';
import { OwnershipUnknownError } from '../../../src/pipeline/errors/ownership-unknown.error.js';
import type { ParkedRecord } from '../../../src/pipeline/parking/parked-keys.js';
import type { RecordProducer } from '../../../src/client/kafka-port.js';
import type { ManyPartitionsReader } from '../../../src/client/partition-readers.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { OwnTopics } from '../../../src/redelivery/own-topics.js';
import { ParkingStores } from '../../../src/redelivery/parking/parking-stores.js';
import type { TopicParkingStore } from '../../../src/redelivery/parking/topic-parking-store.js';
import { brokers, createTopic, deleteTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';

const GROUP = 'group';
let port: KafkaJsPort;
let producer: RecordProducer;
let reader: ManyPartitionsReader;
let stores: ParkingStores;

beforeAll(() => {
  port = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: brokers(), KAFKA_GROUP_ID: GROUP }).kafka);
  producer = port.producer();
  reader = port.reader();
  stores = new ParkingStores(producer, port, new OwnTopics(port));
});
afterAll(async () => {
  await stores.close();
  await reader.close();
  await producer.disconnect();
  port.close();
});

const isOwner = async (): Promise<void> => undefined;
const isNone = async (): Promise<void> => {
  throw new OwnershipUnknownError({ topic: 't', partition: 0 });
};

function park(store: TopicParkingStore, offset: number): Promise<void> {
  const record = {
    offset: toOffset(offset),
    key: Buffer.from('k'),
    value: Buffer.from(`${offset}`),
    timestamp: '0',
  };
  const at = { topic: 'source', partition: store.partition };
  return store.park({ at, record, error: new Error('no'), attempts: 1, firstFailedAt: 1 });
}

/** The owners of a partition, one after another. */
async function owners(): Promise<{
  readonly topic: string;
  /** The next owner, and the offsets of the records that it finds parked. */
  next(
    position: number,
  ): Promise<{ store: TopicParkingStore; parked: readonly ParkedRecord[]; offsets: string[] }>;
}> {
  const at = { topic: await createTopic(uniqueName('store')), partition: 0 };
  let generation = 0;
  return {
    topic: at.topic,
    next: async (position) => {
      const store = stores.open({ ...at }, GROUP);
      const parked = await store.load({
        position: toOffset(position),
        generation: ++generation,
        confirm: isOwner,
      });
      return { store, parked, offsets: parked.map(({ offset }) => offset) };
    },
  };
}

describe('a parking topic', () => {
  test('records that the current owner has parked are kept when a former owner resumes', async () => {
    const { next } = await owners();
    const { store: former } = await next(0);
    const { store: present } = await next(0);
    await park(present, 5);
    const again = { position: toOffset(0), generation: 1, confirm: isNone };
    await expect(former.load(again)).rejects.toMatchObject({ code: 'OWNERSHIP_UNKNOWN' });
    const mine = { key: 'k', offset: toOffset(5) };
    expect(String((await present.read(mine))?.value)).toBe('5');
    expect((await next(6)).offsets).toEqual(['5']);
  });

  test('a former owner that removes its own parked records late removes none of the current owner', async () => {
    const { next } = await owners();
    const { store: former } = await next(0);
    await park(former, 5);
    const { store: present } = await next(3);
    await park(present, 5);
    await former.remove({ key: 'k', offset: toOffset(5) });
    expect((await next(6)).offsets).toEqual(['5']);
  });

  test('a record that was parked and not committed is removed once it is sure to be delivered again from its log', async () => {
    const { topic, next } = await owners();
    await produce(topic, [{ key: 'k', value: '0', timestamp: '0' }]);
    const { store: former } = await next(0);
    await park(former, 0);
    await park(former, 1);
    expect((await next(0)).offsets).toEqual(['1']);
    expect((await next(2)).offsets).toEqual(['1']);
  });

  test('a record that was parked from a recreated topic is kept even if the new topic has an equal record', async () => {
    const { topic, next } = await owners();
    const same = [{ key: 'k', value: '0', timestamp: '0' }];
    await produce(topic, same);
    const { store: former } = await next(0);
    await park(former, 0);
    const id = await reader.topicId(topic);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    await deleteTopic(topic);
    await recreate(topic, same);
    await waitFor(async () => (await reader.topicId(topic).catch(() => id)) !== id, { what: 'another id' });
    const { parked, store } = await next(0);
    expect(parked.map(({ offset }) => offset)).toEqual(['0']);
    const [first] = parked;
    expect(first && String((await store.read(first))?.value)).toBe('0');
  });

  test('a record that a former owner parks after it has lost the partition is removed', async () => {
    const { next } = await owners();
    const { store: former } = await next(0);
    await park(former, 2);
    const { store: present, parked } = await next(3);
    expect(parked).toMatchObject([{ key: 'k', offset: '2' }]);
    await park(former, 4);
    expect((await next(9)).offsets).toEqual(['2']);
    const [first] = parked;
    if (!first) throw new Error('nothing is parked');
    expect(String((await present.read(first))?.value)).toBe('2');
    await present.remove(first);
    expect((await next(9)).offsets).toEqual([]);
  });
});

/** Recreates a topic, whose deletion may still be in progress, and writes to it. */
async function recreate(topic: string, records: Parameters<typeof produce>[1]): Promise<void> {
  await waitFor(() => createTopic(topic).then(() => true), { what: `${topic} again` });
  await produce(topic, records);
}
