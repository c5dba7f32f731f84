import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import { toOffset } from '../../../src/core/records/offset.js';
import { OwnershipUnknownError } from '../../../src/core/offsets/ownership-unknown.error.js';
import type { PartitionReader, RecordProducer } from '../../../src/kafka/consumer-port.js';
import { KafkaJsPort } from '../../../src/kafka/kafkajs/kafkajs-port.js';
import { ParkingLots } from '../../../src/redelivery/parking/parking-lots.js';
import type { TopicParkingLot } from '../../../src/redelivery/parking/topic-parking-lot.js';
import { brokers, createTopic, uniqueName } from '../../support/kafka.js';

const GROUP = 'group';
const FROM = toOffset(3);
let port: KafkaJsPort;
let producer: RecordProducer;
let reader: PartitionReader;
let lots: ParkingLots;

beforeAll(() => {
  port = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: brokers(), KAFKA_GROUP_ID: GROUP }).kafka);
  producer = port.producer();
  reader = port.reader();
  lots = new ParkingLots(producer, port);
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

function park(lot: TopicParkingLot, offset: number): Promise<void> {
  const key = Buffer.from('k');
  return lot.park({ offset: toOffset(offset), key, value: Buffer.from(`${offset}`), timestamp: '0' }, {});
}

const valueOf = async (lot: TopicParkingLot, offset: number): Promise<string | undefined> =>
  (await lot.read(toOffset(offset)))?.value?.toString();

async function owners(): Promise<{ at: { topic: string; partition: number }; former: TopicParkingLot }> {
  const at = { topic: await createTopic(uniqueName('lot')), partition: 0 };
  const former = lots.open(at, GROUP);
  await former.load(toOffset(0), isOwner);
  return { at, former };
}

describe('a parking lot', () => {
  test('keeps what the present owner has parked, whatever a former one thinks of it when it wakes up', async () => {
    const { at, former } = await owners();
    const present = lots.open(at, GROUP);
    await present.load(toOffset(0), isOwner);
    await park(present, 5);
    await former.load(toOffset(0), isNone).catch(() => undefined);
    expect(await valueOf(present, 5)).toBe('5');
    const next = lots.open(at, GROUP);
    expect(await next.load(toOffset(6), isOwner)).toEqual([{ key: 'k', offset: '5' }]);
  });

  test('loses nothing to a former owner that takes out late what it has parked itself', async () => {
    const { at, former } = await owners();
    await park(former, 5);
    const present = lots.open(at, GROUP);
    await present.load(FROM, isOwner);
    await park(present, 5);
    await former.remove(toOffset(5));
    expect(await lots.open(at, GROUP).load(toOffset(6), isOwner)).toEqual([{ key: 'k', offset: '5' }]);
  });

  test('is not known as long as it is not sure whose the partition is', async () => {
    const { at, former } = await owners();
    await park(former, 5);
    await expect(lots.open(at, GROUP).load(FROM, isNone)).rejects.toMatchObject({
      code: 'OWNERSHIP_UNKNOWN',
    });
  });

  test('lets go of what a former owner parks after it has lost the partition', async () => {
    const { at, former } = await owners();
    await park(former, 2);
    const present = lots.open(at, GROUP);
    expect(await present.load(FROM, isOwner)).toEqual([{ key: 'k', offset: '2' }]);
    await park(former, 4);
    await present.released('other');
    expect(await lots.open(at, GROUP).load(toOffset(9), isOwner)).toEqual([{ key: 'k', offset: '2' }]);
    expect(await valueOf(present, 2)).toBe('2');
    await present.remove(toOffset(2));
    expect(await lots.open(at, GROUP).load(toOffset(9), isOwner)).toEqual([]);
  });
});
