import { afterEach, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const options: KafkaHandlerOptions = {
  onFailure: 'retry-topic',
  delays: ['1s', '2s'],
  retry: { attempts: 2, initialMs: 10 },
};

interface Call {
  readonly topic: string;
  readonly at: number;
}

test('a record is retried after each delay while its partition continues, and then becomes a dead letter', async () => {
  const topic = await createTopic(uniqueName('later'), { partitions: 3 });
  await produce(topic, [
    { key: 'k', value: 'bad', partition: 2, headers: { mine: 'kept' } },
    { key: 'k', value: 'good', partition: 2 },
  ]);
  const calls: Call[] = [];
  const good: string[] = [];
  const { groupId } = await startHandlers([
    {
      topic,
      options,
      handle: (payload, context) => {
        if (payload === 'good') return void good.push('good');
        calls.push({ topic: context.getTopic(), at: Date.now() });
        throw new Error(`call ${calls.length}`);
      },
    },
  ]);
  const topics = ['1s', '2s'].map((delay) => `${topic}.${groupId}.retry.${delay}`);
  await waitFor(() => good.length === 1, { what: 'the record behind' });
  expect(calls).toHaveLength(2);
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  const [letter] = await waitFor(
    async () => {
      const letters = await readTopic(`${topic}.dlt`);
      return letters.length > 0 && letters;
    },
    { what: 'the dead letter' },
  );
  expect(calls.map((call) => call.topic)).toEqual([topic, topic, ...topics]);
  const waits = calls.slice(1).map(({ at }, n) => at - (calls[n]?.at ?? 0));
  expect(waits[1]).toBeGreaterThanOrEqual(990);
  expect(waits[2]).toBeGreaterThanOrEqual(1990);
  expect(letter).toMatchObject({ partition: 2, key: Buffer.from('k'), value: Buffer.from('bad') });
  expect(letter?.headers).toMatchObject({
    mine: 'kept',
    'dlt-original-topic': topic,
    'dlt-original-partition': '2',
    'dlt-original-offset': '0',
    'dlt-exception-message': 'call 4',
    'dlt-attempts': '4',
  });
  expect(Date.parse(letter?.headers['dlt-first-failed-at'] ?? '')).toBeLessThan(calls[1]?.at ?? 0);
  for (const retryTopic of topics) {
    await waitFor(() => isCaughtUp(groupId, retryTopic), { what: `the end of ${retryTopic}` });
    expect((await readTopic(retryTopic)).map(({ partition }) => partition)).toEqual([2]);
  }
});

test('an instance that dies while a record waits loses neither the record nor its due time', async () => {
  const topic = await createTopic(uniqueName('waiting'));
  await produce(topic, ['bad']);
  const calls: Call[] = [];
  const spec = {
    topic,
    options: { ...options, delays: ['4s'] },
    handle: (_payload: unknown, context: { getTopic(): string }) => {
      calls.push({ topic: context.getTopic(), at: Date.now() });
      if (calls.length < 3) throw new Error('not yet');
    },
  };
  const first = await startHandlers([spec]);
  const retryTopic = `${topic}.${first.groupId}.retry.4s`;
  await waitFor(async () => (await readTopic(retryTopic)).length === 1, { what: 'the retry topic' });
  const [waiting] = await readTopic(retryTopic);
  const dueAt = Number(waiting?.headers['dlt-due-at']);
  await first.stop();
  expect(calls).toHaveLength(2);
  await startHandlers([spec], { groupId: first.groupId });
  await waitFor(() => calls.length === 3, { what: 'the retry' });
  expect(calls[2]?.at).toBeGreaterThanOrEqual(dueAt);
  expect(calls[2]?.topic).toBe(retryTopic);
  await waitFor(() => isCaughtUp(first.groupId, retryTopic), { what: 'the end' });
  expect(await readTopic(`${topic}.dlt`)).toEqual([]);
});

test('a permanent error becomes a dead letter without a retry', async () => {
  const topic = await createTopic(uniqueName('hopeless'));
  await produce(topic, ['bad']);
  const never = { ...options, retry: { never: [TypeError] } };
  const { groupId } = await startHandlers([
    {
      topic,
      options: never,
      handle: () => {
        throw new TypeError('no');
      },
    },
  ]);
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  expect(await readTopic(`${topic}.dlt`)).toHaveLength(1);
  expect(await readTopic(`${topic}.${groupId}.retry.1s`)).toEqual([]);
});

test('waiting records block no other partition of their retry topic, and later ones keep their order', async () => {
  const topic = await createTopic(uniqueName('turns'), { partitions: 2 });
  await produce(topic, [
    { value: 'a', partition: 0 },
    { value: 'b', partition: 1 },
    { value: 'c', partition: 0 },
  ]);
  const retried: string[] = [];
  const { groupId } = await startHandlers([
    {
      topic,
      options: { ...options, order: 'partition', delays: ['1s'], retry: { attempts: 1 } },
      handle: (payload, context) => {
        if (context.getTopic() === topic) throw new Error('later');
        retried.push(String(payload));
      },
    },
  ]);
  const retryTopic = `${topic}.${groupId}.retry.1s`;
  await waitFor(() => retried.length === 3, { what: 'three retries' });
  expect(retried.filter((value) => value !== 'b')).toEqual(['a', 'c']);
  await waitFor(() => isCaughtUp(groupId, retryTopic), { what: 'the end' });
});
