import { afterEach, expect, jest, test } from '@jest/globals';
import { type Message, Partitioners } from 'kafkajs-pinned';
import { kafkaClient } from '../../../tools/kafka/index.js';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { toReleaseRequest } from '../../../src/redelivery/parking/parked-entry.js';
import {
  addPartitions,
  brokers,
  createTopic,
  isCaughtUp,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(90_000);
afterEach(stopServices);

const PATIENCE = { timeoutMs: 45_000 };

/** Uses a new producer: one that knows the topic already drops records for an added partition. */
async function produceAnew(topic: string, messages: Message[]): Promise<void> {
  const producer = kafkaClient(brokers()).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    expect(await producer.send({ topic, messages, acks: -1 })).toHaveLength(1);
  } finally {
    await producer.disconnect();
  }
}

interface Growth {
  readonly name: string;
  readonly options: KafkaHandlerOptions;
  /** Requests the release of stored records, for policies that need it. */
  readonly release: (topic: string, groupId: string) => Promise<unknown>;
}

const GROWTHS: readonly Growth[] = [
  {
    name: 'retry topic',
    options: { onFailure: 'retry-topic', delays: ['500ms'] },
    release: async () => undefined,
  },
  {
    name: 'parking topic',
    options: { onFailure: 'park' },
    release: (topic, groupId) => {
      const { key, value } = toReleaseRequest('new');
      const record = { key: Buffer.from(key ?? ''), value: String(value), partition: 1 };
      return produceAnew(`${topic}.${groupId}.parked`, [record]);
    },
  },
];

test.each(GROWTHS)(
  'records of a partition that was added to a topic go through its $name too',
  async ({ options, release }) => {
    const topic = await createTopic(uniqueName('growing'), { partitions: 1 });
    await produce(topic, [{ key: 'old', value: 'old', partition: 0 }]);
    const failed = new Set<string>();
    const handled: string[] = [];
    const { groupId } = await startHandlers([
      {
        topic,
        options: { ...options, retry: { attempts: 1 } },
        handle: (payload) => {
          const value = String(payload);
          if (value.startsWith('good') || failed.has(value)) return void handled.push(value);
          failed.add(value);
          throw new Error('once');
        },
      },
    ]);
    await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: 'the old record' });

    await addPartitions(topic, 2);
    await produceAnew(topic, [
      { key: 'new', value: 'new', partition: 1 },
      { key: 'other', value: 'good', partition: 1 },
    ]);
    await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: 'the new partition' });
    await release(topic, groupId);
    await waitFor(() => handled.includes('new'), { ...PATIENCE, what: 'the stored record' });
    expect(handled.filter((value) => value !== 'old').toSorted()).toEqual(['good', 'new']);
    expect(await readTopic(`${topic}.dlt`)).toEqual([]);
  },
);

test('two records of one partition that fail at the same time are both retried', async () => {
  const topic = await createTopic(uniqueName('both'));
  const values = ['a', 'b', 'c', 'd'];
  await produce(
    topic,
    values.map((key) => ({ key, value: key })),
  );
  let arrived = 0;
  let open = (): void => undefined;
  const all = new Promise<void>((resolve) => (open = resolve));
  const handled: string[] = [];
  const { groupId } = await startHandlers([
    {
      topic,
      options: { onFailure: 'retry-topic', delays: ['200ms'], retry: { attempts: 1 } },
      handle: async (payload, context) => {
        const value = String(payload);
        if (context.getTopic() === topic) {
          if (++arrived === values.length) open();
          await all;
          if (value === 'b' || value === 'c') throw new Error('at once');
        }
        handled.push(value);
      },
    },
  ]);
  await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: 'the end' });
  await waitFor(() => handled.length === values.length, { ...PATIENCE, what: 'the retries' });
  expect(handled.toSorted()).toEqual(values);
  expect(await readTopic(`${topic}.dlt`)).toEqual([]);
});
