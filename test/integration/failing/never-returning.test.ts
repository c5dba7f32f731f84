import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { Gate } from '../confirming/gate.js';
import { committed, startHandlers, stopServices } from '../confirming/handler-service.js';
import { probe } from '../health/probe.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const WAYS: readonly (readonly [string, KafkaHandlerOptions])[] = [
  ['record', {}],
  ['batch', { read: 'batch', batch: { maxRecords: 1 } }],
];

describe.each(WAYS)('a %s handler that never returns', (_what, options) => {
  const limited: KafkaHandlerOptions = {
    ...options,
    timeoutMs: 200,
    retry: { attempts: 2, initialMs: 10 },
  };

  test('a handler that never returns but stops on its signal gives a dead letter, and the next record is handled', async () => {
    const topic = await createTopic(uniqueName('heeding'));
    await produce(topic, ['bad', 'good']);
    const handled: string[] = [];
    const { groupId } = await startHandlers([
      {
        topic,
        options: { ...limited, order: 'partition' },
        handle: (payload, { signal }) => {
          if (String(payload) === 'good') return void handled.push('good');
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        },
      },
    ]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const letters = await readTopic(`${topic}.dlt`);
    expect(letters.map(({ value }) => String(value))).toEqual(['bad']);
    expect(letters[0]?.headers).toMatchObject({
      'dlt-exception-class': 'HandlerTimeoutError',
      'dlt-attempts': '2',
    });
    expect(handled).toEqual(['good']);
  });

  test('a handler that never returns and ignores its signal is named by liveness, blocks no other partition, and loses nothing', async () => {
    const topic = await createTopic(uniqueName('deaf'), { partitions: 2 });
    await produce(topic, [
      { value: 'bad', partition: 0 },
      { value: 'good', partition: 1 },
    ]);
    const gate = new Gate();
    const { groupId, url } = await startHandlers([
      { topic, options: limited, handle: (payload) => (String(payload) === 'bad' ? gate.opened : undefined) },
    ]);
    const reason = await waitFor(async () => (await probe(url, 'live')).reason, { what: 'liveness' });
    expect(reason).toContain(`${topic}[0] at offset 0`);
    await waitFor(async () => (await committed(groupId, topic, 1)) === 1n, { what: 'the other partition' });
    expect(await committed(groupId, topic, 0)).toBe(0n);
    gate.open();
    await waitFor(async () => (await probe(url, 'live')).up, { what: 'liveness to come back' });
  });
});
