import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import { toOffset } from '../../../src/pipeline/records/offset.js';
import { OwnershipUnknownError } from '../../../src/pipeline/errors/ownership-unknown.error.js';
import type { ParkedRecord } from '../../../src/pipeline/parking/parked-keys.js';
import type { ManyPartitionsReader, RecordProducer } from '../../../src/client/kafka-port.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { HEADERS } from '../../../src/redelivery/headers.js';
import { OwnTopics } from '../../../src/redelivery/own-topics.js';
import { ParkingStores } from '../../../src/redelivery/parking/parking-stores.js';
import type { TopicParkingStore } from '../../../src/redelivery/parking/topic-parking-store.js';
import { brokers, createTopic, deleteTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';

const GROUP = 'group';
let port: KafkaJsPort;
let producer: RecordProducer;
let reader: ManyPartitionsReader;
let lots: ParkingStores;

beforeAll(() => {
  port = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: brokers(), KAFKA_GROUP_ID: GROUP }).kafka);
  producer = port.producer();
  reader = port.reader();
  lots = new ParkingStores(producer, port, new OwnTopics(port));
});
afterAll(async () => {
  await lots.close();
  await reader.close();
  await producer.disconnect();
  port.close();
});

const isOwner = async (): Promise<void> => undefined;
const isNone = async (): Promise<void> => {
  throw new OwnershipUnknownError({ topic: 't', partition: 0 });
};

function park(lot: TopicParkingStore, offset: number): Promise<void> {
  const record = {
    offset: toOffset(offset),
    key: Buffer.from('k'),
    value: Buffer.from(`${offset}`),
    timestamp: '0',
  };
  return lot.park(record, { [HEADERS.originalTimestamp]: '0' });
}

/** The owners of a partition, one after another. */
async function owners(): Promise<{
  readonly topic: string;
  /** The next one, and the offsets of what is parked for it. */
  next(
    position: number,
  ): Promise<{ lot: TopicParkingStore; parked: readonly ParkedRecord[]; offsets: string[] }>;
}> {
  const at = { topic: await createTopic(uniqueName('lot')), partition: 0 };
  let generation = 0;
  return {
    topic: at.topic,
    next: async (position) => {
      const lot = lots.open({ ...at }, GROUP);
      const parked = await lot.load({
        position: toOffset(position),
        generation: ++generation,
        confirm: isOwner,
      });
      return { lot, parked, offsets: parked.map(({ offset }) => offset) };
    },
  };
}

describe('a parking lot', () => {
  test('keeps what the present owner has parked, whatever a former one thinks of it when it wakes up', async () => {
    const { next } = await owners();
    const { lot: former } = await next(0);
    const { lot: present } = await next(0);
    await park(present, 5);
    const again = { position: toOffset(0), generation: 1, confirm: isNone };
    await expect(former.load(again)).rejects.toMatchObject({ code: 'OWNERSHIP_UNKNOWN' });
    const mine = { key: 'k', offset: toOffset(5) };
    expect(String((await present.read(mine))?.value)).toBe('5');
    expect((await next(6)).offsets).toEqual(['5']);
  });

  test('loses nothing to a former owner that takes out late what it has parked itself', async () => {
    const { next } = await owners();
    const { lot: former } = await next(0);
    await park(former, 5);
    const { lot: present } = await next(3);
    await park(present, 5);
    await former.remove({ key: 'k', offset: toOffset(5) });
    expect((await next(6)).offsets).toEqual(['5']);
  });

  test('takes out what was parked and not committed, once it is sure to come again from its own log', async () => {
    const { topic, next } = await owners();
    await produce(topic, [{ key: 'k', value: '0', timestamp: '0' }]);
    const { lot: former } = await next(0);
    await park(former, 0);
    await park(former, 1);
    expect((await next(0)).offsets).toEqual(['1']);
    expect((await next(2)).offsets).toEqual(['1']);
  });

  test('keeps what was parked from a topic that was recreated, also where it has the same record again', async () => {
    const { topic, next } = await owners();
    const same = [{ key: 'k', value: '0', timestamp: '0' }];
    await produce(topic, same);
    const { lot: former } = await next(0);
    await park(former, 0);
    const id = await reader.topicId(topic);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    await deleteTopic(topic);
    await recreate(topic, same);
    await waitFor(async () => (await reader.topicId(topic).catch(() => id)) !== id, { what: 'another id' });
    const { parked, lot } = await next(0);
    expect(parked.map(({ offset }) => offset)).toEqual(['0']);
    const [first] = parked;
    expect(first && String((await lot.read(first))?.value)).toBe('0');
  });

  test('lets go of what a former owner parks after it has lost the partition', async () => {
    const { next } = await owners();
    const { lot: former } = await next(0);
    await park(former, 2);
    const { lot: present, parked } = await next(3);
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

/** Creates a topic whose deletion may not be over yet, and writes to it. */
async function recreate(topic: string, records: Parameters<typeof produce>[1]): Promise<void> {
  await waitFor(() => createTopic(topic).then(() => true), { what: `${topic} again` });
  await produce(topic, records);
}
