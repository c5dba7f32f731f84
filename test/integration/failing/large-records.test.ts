import { afterEach, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/kafka/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const WAYS: readonly (readonly [string, KafkaHandlerOptions, (groupId: string) => string])[] = [
  ['a retry topic', { onFailure: 'retry-topic', delays: ['1s'] }, (groupId) => `${groupId}.retry.1s`],
  ['a parking topic', { onFailure: 'park' }, (groupId) => `${groupId}.parked`],
];

test.each(WAYS)(
  'a record that %s is too small for is a dead letter, and stops nothing',
  async (_what, options, asideOf) => {
    const topic = await createTopic(uniqueName('large'));
    const groupId = uniqueName('group');
    await createTopic(`${topic}.${asideOf(groupId)}`, {
      config: { 'max.message.bytes': '50000', 'cleanup.policy': 'compact' },
    });
    const value = 'x'.repeat(100_000);
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
    await startHandlers([spec], { groupId });
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    expect(handled).toEqual(['good']);
    expect((await readTopic(`${topic}.dlt`)).map((letter) => String(letter.value))).toEqual([value]);
  },
);
