import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { KafkaRuntime, PermanentError } from '../../../src/transport/index.js';
import { allowNullHeaders, NULL_HEADER } from '../../../src/client/kafkajs/patches/producer/null-header.js';
import { addressHeaders } from '../../../src/redelivery/replay-address.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor, withTestAdmin } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
allowNullHeaders();
afterEach(stopServices);

/** The headers of a record that was replayed. */
function asReplayed(
  to: { topic: string; partition: number },
  content: { key: Buffer | null; value: Buffer; headers?: Record<string, string | Buffer | string[]> },
  group: string | undefined,
  replays = 1,
): Record<string, string | Buffer | string[]> {
  const address = addressHeaders(to, content, { group, replays, of: `${to.topic}.dlt/0/0` });
  const texts = Object.entries(address).map(([name, value]) => [name, String(value)] as const);
  return { ...content.headers, ...Object.fromEntries(texts) };
}

const quick = { attempts: 3, initialMs: 10 };
const bad = (): never => {
  throw new PermanentError('no such customer', { cause: new TypeError('the cause of it') });
};

describe('a dead letter', () => {
  test('a dead letter has the unchanged record, in the same partition, and the reason of the failure', async () => {
    const topic = await createTopic(uniqueName('letter'), { partitions: 3 });
    const key = Buffer.from([0xff, 0, 1]);
    const value = Buffer.from([0xfe, 0xff, 0]);
    const own = { empty: '', bytes: Buffer.from([0xff, 0]), twice: ['a', 'b'] };
    const headers = asReplayed({ topic, partition: 2 }, { key, value, headers: own }, undefined, 2);
    await produce(topic, [{ key, value, headers, partition: 2, timestamp: '1700000000000' }]);
    const before = Date.now();
    const { groupId } = await startHandlers([{ topic, options: { value: 'bytes' }, handle: bad }]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const [letter, ...others] = await readTopic(`${topic}.dlt`);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ partition: 2, key, value });
    expect(letter?.raw.headers).toMatchObject({
      empty: Buffer.alloc(0),
      bytes: own.bytes,
      twice: [Buffer.from('a'), Buffer.from('b')],
    });
    expect(letter?.headers).toMatchObject({
      'dlt-original-topic': topic,
      'dlt-original-partition': '2',
      'dlt-original-offset': '0',
      'dlt-original-timestamp': '1700000000000',
      'dlt-original-group': groupId,
      'dlt-exception-class': 'PermanentError',
      'dlt-exception-message': 'no such customer',
      'dlt-attempts': '1',
      'dlt-replays': '2',
    });
    const stack = letter?.headers['dlt-exception-stacktrace'] ?? '';
    expect(stack).toContain('dead-letters.test.ts');
    expect(stack).toContain('Caused by: TypeError: the cause of it');
    expect(Buffer.byteLength(stack)).toBeLessThanOrEqual(4096);
    expect(Date.parse(letter?.headers['dlt-failed-at'] ?? '')).toBeGreaterThanOrEqual(before);
  });

  test('a dead letter keeps headers without a value, and tombstones', async () => {
    const topic = await createTopic(uniqueName('nulls'));
    await produce(topic, [{ key: 'gone', value: null, headers: { none: NULL_HEADER, some: 'x' } }]);
    const { groupId } = await startHandlers([{ topic, handle: bad }]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const [original] = await readTopic(topic);
    const [letter] = await readTopic(`${topic}.dlt`);
    expect(original?.raw.headers).toEqual({ none: null, some: Buffer.from('x') });
    expect(letter).toMatchObject({ key: Buffer.from('gone'), value: null });
    expect(letter?.raw.headers).toMatchObject({ none: null, some: Buffer.from('x') });
  });

  test('a dead letter goes to the partition of its key if the topic that its handler names has fewer partitions', async () => {
    const topic = await createTopic(uniqueName('named'), { partitions: 4 });
    const deadLetterTopic = await createTopic(uniqueName('graveyard'), { partitions: 1 });
    await produce(topic, [{ key: 'k', value: 'x', partition: 3 }]);
    const { groupId } = await startHandlers([{ topic, options: { deadLetterTopic }, handle: bad }]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    expect(await readTopic(deadLetterTopic)).toMatchObject([{ partition: 0, value: Buffer.from('x') }]);
    expect(await readTopic(`${topic}.dlt`)).toEqual([]);
  });

  test('a dead letter that is too large for its topic has the start of its value, and names the original size', async () => {
    const topic = await createTopic(uniqueName('large'));
    await createTopic(`${topic}.dlt`, { config: { 'max.message.bytes': '100000' } });
    const value = randomBytes(300_000);
    await produce(topic, [{ value, headers: { mine: 'kept' } }]);
    const { groupId } = await startHandlers([{ topic, handle: bad }], {
      env: { KAFKA_CORRECT_TOPIC_SETTINGS: 'false' },
    });
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const [letter] = await readTopic(`${topic}.dlt`);
    expect(letter?.value).toEqual(value.subarray(0, 64 * 1024));
    expect(letter?.headers).toMatchObject({ mine: 'kept', 'dlt-value-truncated-from': '300000' });
  });
});

describe('a record that always fails among 10,000 good ones', () => {
  test.each(['dead-letter', 'skip'] as const)(
    'a record that always fails among 10,000 good ones affects no other record with onFailure %p',
    async (onFailure) => {
      const topic = await createTopic(uniqueName('one-in-many'), { partitions: 4 });
      const records = Array.from({ length: 10_000 }, (_, n) => ({ key: `k${n % 100}`, value: String(n) }));
      await produce(topic, records);
      const handled = new Map<string, string[]>();
      let calls = 0;
      const { groupId } = await startHandlers([
        {
          topic,
          options: { onFailure, retry: quick },
          handle: (payload, context) => {
            if (payload === '4242') {
              calls++;
              throw new TypeError("Cannot read properties of undefined (reading 'name')");
            }
            const key = String(context.getMessage().key);
            handled.set(key, [...(handled.get(key) ?? []), String(payload)]);
          },
        },
      ]);
      await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end', timeoutMs: 30_000 });
      expect(calls).toBe(3);
      const expected = new Map<string, string[]>();
      for (const { key, value } of records) {
        if (value !== '4242') expected.set(key, [...(expected.get(key) ?? []), value]);
      }
      // Each record once, and those of a key in order.
      expect(handled).toEqual(expected);
      const letters = await readTopic(`${topic}.dlt`);
      const why = letters.map(({ value, headers }) => `${value} ${headers['dlt-exception-class']}`);
      expect(why).toEqual(onFailure === 'skip' ? [] : ['4242 TypeError']);
    },
  );
});

test('two records of one partition that fail at the same time both become dead letters', async () => {
  const topic = await createTopic(uniqueName('both'));
  await produce(
    topic,
    ['a', 'b', 'c', 'd'].map((key) => ({ key, value: key })),
  );
  let arrived = 0;
  let open = (): void => undefined;
  const all = new Promise<void>((resolve) => (open = resolve));
  const { groupId } = await startHandlers([
    {
      topic,
      options: { retry: { attempts: 1 } },
      handle: async (payload) => {
        if (++arrived === 4) open();
        await all;
        if (payload === 'b' || payload === 'c') throw new Error('at once');
      },
    },
  ]);
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  const letters = await readTopic(`${topic}.dlt`);
  expect(letters.map(({ value }) => String(value)).toSorted()).toEqual(['b', 'c']);
});

test('a replayed record is handled only by the group that failed', async () => {
  const topic = await createTopic(uniqueName('replayed'));
  const groups = [uniqueName('failed'), uniqueName('other')];
  const handled: string[] = [];
  const again = { key: null, value: Buffer.from('again') };
  const headers = asReplayed({ topic, partition: 0 }, again, groups[0]);
  await produce(topic, [{ value: 'new' }, { ...again, headers }]);
  const { app } = await startHandlers(
    groups.map((groupId, at) => ({
      topic,
      options: { groupId },
      handle: (payload: unknown) => void handled.push(`${at} ${String(payload)}`),
    })),
  );
  for (const groupId of groups) await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  expect(handled.toSorted()).toEqual(['0 again', '0 new', '1 new']);
  const passedOver = groups.map(
    (groupId) => app.get(KafkaRuntime).group(groupId)?.failures.of(topic).passedOver,
  );
  expect(passedOver).toEqual([0, 1]);
});

test('a replayed record that a handler forwards with its headers is handled by every group of the other topic', async () => {
  const topic = await createTopic(uniqueName('source'));
  const enriched = await createTopic(uniqueName('enriched'));
  const [failed, other] = [uniqueName('failed'), uniqueName('other')];
  const handled: string[] = [];
  const again = { key: Buffer.from('k'), value: Buffer.from('again') };
  await produce(topic, [{ ...again, headers: asReplayed({ topic, partition: 0 }, again, failed) }]);
  await startHandlers([
    {
      topic,
      options: { groupId: failed },
      handle: async (payload, context) => {
        const { key, headers = {} } = context.getMessage();
        const producer = context.getProducer();
        await producer.connect();
        for (const to of [topic, enriched]) {
          if (String(payload) !== 'again') continue;
          const messages = [{ key, value: `forwarded to ${to}`, headers }];
          await producer.send({ topic: to, messages });
        }
      },
    },
    ...[topic, enriched].map((read) => ({
      topic: read,
      options: { groupId: other },
      handle: (payload: unknown) => void handled.push(String(payload)),
    })),
  ]);
  await waitFor(() => handled.length === 2, { what: 'both records that were forwarded' });
  expect(handled.toSorted()).toEqual([`forwarded to ${topic}`, `forwarded to ${enriched}`].toSorted());
});

test("the dead-letter topic is created with the topic's number of partitions and unlimited retention", async () => {
  const topic = await createTopic(uniqueName('made'), { partitions: 5 });
  await produce(topic, [{ value: 'x', partition: 4 }]);
  const { groupId } = await startHandlers([{ topic, handle: bad }]);
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  const name = `${topic}.dlt`;
  const { topics } = await withTestAdmin((admin) => admin.fetchTopicMetadata({ topics: [name] }));
  expect(topics[0]?.partitions).toHaveLength(5);
  const { resources } = await withTestAdmin((admin) =>
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name, configNames: ['retention.ms'] }],
    }),
  );
  expect(resources[0]?.configEntries).toMatchObject([{ configValue: '-1' }]);
});
