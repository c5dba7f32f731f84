import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import type { BatchProducer, BatchRecord } from '../../../src/client/index.js';
import { loadConfig } from '../../../src/config/index.js';
import { API, CuttingProxy } from '../../support/cutting-proxy.js';
import { addPartitions, createTopic, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';

jest.setTimeout(60_000);

let proxy: CuttingProxy;
let producer: BatchProducer;
beforeAll(async () => {
  Logger.overrideLogger(false);
  proxy = await CuttingProxy.start();
  producer = open();
});
afterEach(() => (proxy.cut = undefined));
afterAll(async () => {
  await producer.close();
  await proxy.stop();
});

function open(): BatchProducer {
  const config = loadConfig({ KAFKA_BROKERS: proxy.address, KAFKA_GROUP_ID: 'g' });
  return new KafkaJsPort(config.kafka).batchProducer();
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at));

async function valuesByPartition(topic: string): Promise<Map<number, string[]>> {
  const values = new Map<number, string[]>();
  for (const { partition, value } of await readTopic(topic))
    values.set(partition, [...(values.get(partition) ?? []), String(value)]);
  return values;
}

async function valuesIn(topic: string): Promise<string[]> {
  return [...(await valuesByPartition(topic)).values()].flat();
}

function codesOf(outcomes: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return outcomes.map((each) => (each.status === 'rejected' ? each.reason.code : 'written'));
}

describe('a batch producer', () => {
  test('a batch producer writes the records of each key in the order of the calls, and returns their positions', async () => {
    const topic = await createTopic(uniqueName('batches'), { partitions: 3 });
    const values = numbers(3_000);
    const written = await Promise.all(
      values.map((value) => producer.send({ topic, key: `k${Number(value) % 7}`, value })),
    );
    const stored = await readTopic(topic);
    expect(stored).toHaveLength(values.length);
    const byPosition = new Map(
      stored.map((each) => [`${each.partition}/${each.offset}`, String(each.value)]),
    );
    expect(written.map(({ partition, offset }) => byPosition.get(`${partition}/${offset}`))).toEqual(values);
    for (const [, ofPartition] of await valuesByPartition(topic)) {
      expect(ofPartition.map(Number)).toEqual(ofPartition.map(Number).toSorted((a, b) => a - b));
    }
  });

  test('a batch producer that gets no answers writes every record once and in order', async () => {
    const topic = await createTopic(uniqueName('unanswered'));
    const values = numbers(200);
    const before = proxy.swallowed;
    const sent: Promise<unknown>[] = [];
    for (const value of values) {
      sent.push(producer.send({ topic, key: 'k', value }));
      if (value === '20') proxy.cut = API.produce;
      if (proxy.swallowed > before + 2) proxy.cut = undefined;
      if (Number(value) % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await waitFor(() => proxy.swallowed > before, { what: 'a lost answer' });
    proxy.cut = undefined;
    await Promise.all(sent);
    expect(await valuesIn(topic)).toEqual(values);
  });

  test('a batch producer rejects a record for a topic that does not exist, and does not create the topic', async () => {
    const topic = uniqueName('missing');
    const existing = await createTopic(uniqueName('existing'));
    const outcomes = await Promise.allSettled([
      producer.send({ topic, value: 'a' }),
      producer.send({ topic: existing, value: 'b' }),
    ]);
    expect(codesOf(outcomes)).toEqual(['UNKNOWN_TOPIC', 'written']);
    expect(String(outcomes[0]?.status === 'rejected' && outcomes[0].reason)).toContain(topic);
    await createTopic(topic);
    await producer.send({ topic, value: 'c' });
    expect(await valuesIn(topic)).toEqual(['c']);
  });

  test('a record that its topic does not accept fails alone, and names the reason', async () => {
    const topic = await createTopic(uniqueName('refusing'), {
      config: { 'max.message.bytes': '20000', 'cleanup.policy': 'compact' },
    });
    const large = randomBytes(40_000).toString('base64');
    const records: BatchRecord[] = [
      { topic, key: 'a', value: 'before' },
      { topic, key: 'b', value: large },
      { topic, key: 'c', value: 'x'.repeat(40_000) },
      { topic, value: 'without a key' },
      { topic, key: 'd', value: 'after' },
    ];
    const outcomes = await Promise.allSettled(records.map((record) => producer.send(record)));
    expect(codesOf(outcomes)).toEqual([
      'written',
      'RECORD_TOO_LARGE',
      'written',
      'RECORD_REFUSED',
      'written',
    ]);
    expect((await valuesIn(topic)).map((value) => value.slice(0, 6))).toEqual(['before', 'xxxxxx', 'after']);
  });

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'records compressed with %s are read unchanged, with their headers',
    async (compression) => {
      const topic = await createTopic(uniqueName('compressed'));
      const headers = { one: 'a', two: ['b', null] };
      const records = numbers(50).map((value): BatchRecord => ({ topic, value, headers, compression }));
      await Promise.all(records.map((record) => producer.send(record)));
      const stored = await readTopic(topic);
      expect(stored.map(({ value }) => String(value))).toEqual(numbers(50));
      expect(stored[0]?.raw.headers).toEqual({ one: Buffer.from('a'), two: [Buffer.from('b'), null] });
    },
  );

  test('a partition that does not exist is named, and one that was added is found', async () => {
    const topic = await createTopic(uniqueName('partitions'));
    await expect(producer.send({ topic, partition: 1, value: 'a' })).rejects.toMatchObject({
      code: 'UNKNOWN_PARTITION',
      message: expect.stringContaining(`${topic}[1]`),
    });
    await addPartitions(topic, 2);
    await producer.send({ topic, partition: 1, value: 'b' });
    expect([...(await valuesByPartition(topic))]).toEqual([[1, ['b']]]);
  });

  test('after a flush all records are acknowledged, and after a close none is accepted', async () => {
    const topic = await createTopic(uniqueName('flushed'));
    const stopping = open();
    const sent = numbers(10).map((value) => stopping.send({ topic, value }));
    expect(await stopping.flush(30_000)).toBe(true);
    await stopping.close();
    await Promise.all(sent);
    expect(await valuesIn(topic)).toEqual(numbers(10));
    await expect(stopping.send({ topic, value: 'late' })).rejects.toMatchObject({ code: 'PRODUCER_CLOSED' });
  });
});
