import { randomBytes } from 'node:crypto';
import { afterEach, expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs-pinned';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { useProducer } from '../../support/kafka-clients.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(stopServices);

function incompressible(bytes: number): string {
  return randomBytes((bytes * 3) / 4).toString('base64');
}

type Way = readonly [string, KafkaHandlerOptions, (groupId: string) => string, policy: string];

const WAYS: readonly Way[] = [
  [
    'a retry topic',
    { onFailure: 'retry-topic', delays: ['1s'] },
    (groupId) => `${groupId}.retry.1s`,
    'delete',
  ],
  ['a parking topic', { onFailure: 'park' }, (groupId) => `${groupId}.parked`, 'compact'],
];

test.each(WAYS)(
  'a record that is too large for %s becomes a dead letter and stops nothing',
  async (_what, options, asideOf, policy) => {
    const topic = await createTopic(uniqueName('large'));
    const groupId = uniqueName('group');
    await createTopic(`${topic}.${asideOf(groupId)}`, {
      config: { 'max.message.bytes': '50000', 'cleanup.policy': policy },
    });
    const value = incompressible(100_000);
    await produce(topic, [
      { key: 'large', value },
      { key: 'small', value: 'good' },
    ]);
    const handled: unknown[] = [];
    const spec = {
      topic,
      options: { ...options, retry: { attempts: 1 } },
      handle: (payload: unknown) => {
        if (payload === value) throw new Error('no');
        handled.push(payload);
      },
    };
    await startHandlers([spec], { groupId, env: { KAFKA_CORRECT_TOPIC_SETTINGS: 'false' } });
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    expect(handled).toEqual(['good']);
    expect((await readTopic(`${topic}.dlt`)).map((letter) => String(letter.value))).toEqual([value]);
  },
);

const EVERYWHERE: readonly Way[] = [['a dead letter', {}, () => 'dlt', 'delete'], ...WAYS];

test.each(EVERYWHERE)(
  'a compressed record of 2 MB is stored completely as %s',
  async (_what, options, asideOf) => {
    // Uncompressed it is twice as large as topics accept by default.
    const value = JSON.stringify(
      Array.from({ length: 40_000 }, (_, line) => ({ line, article: 'a'.repeat(30) })),
    );
    const topic = await createTopic(uniqueName('compressed'), { config: { 'compression.type': 'zstd' } });
    const groupId = uniqueName('group');
    await useProducer((producer) =>
      producer.send({
        topic,
        messages: [{ key: 'large', value }],
        compression: kafkajs.CompressionTypes.GZIP,
        acks: -1,
      }),
    );
    const handle = (): void => {
      throw new Error('no');
    };
    await startHandlers([{ topic, options: { ...options, retry: { attempts: 1 } }, handle }], { groupId });
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    // A parking topic also contains a record of each owner.
    const stored = await readTopic(`${topic}.${asideOf(groupId)}`);
    const copy = stored.find(({ headers }) => headers['dlt-original-topic'] === topic);
    expect(String(copy?.value) === value).toBe(true);
    expect(copy?.headers).not.toHaveProperty('dlt-value-truncated-from');
  },
);
