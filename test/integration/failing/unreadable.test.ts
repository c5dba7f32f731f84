import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import type { KafkaHandlerOptions } from '../../../src/kafka/index.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { committed, startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';

jest.setTimeout(30_000);
afterEach(stopServices);

const Order = z.object({ id: z.string(), lines: z.array(z.object({ quantity: z.int().positive() })) });
const SECRET = 'secret-of-a-customer';

interface Unreadable {
  readonly name: string;
  readonly options: KafkaHandlerOptions;
  readonly value: string;
  readonly reason: readonly string[];
}

const UNREADABLE: readonly Unreadable[] = [
  {
    name: 'is not JSON',
    options: { value: 'json' },
    value: `{"id":"${SECRET}"`,
    reason: ['PayloadError', 'expected JSON'],
  },
  {
    name: 'breaks the schema',
    options: { value: 'json', schema: Order },
    value: JSON.stringify({ id: 7, lines: [{ quantity: -1 }], note: SECRET }),
    reason: ['SchemaViolationError', 'id: ', 'lines.0.quantity: '],
  },
  {
    name: 'breaks the schema of a batch',
    options: { value: 'json', schema: Order, read: 'batch', batch: { maxRecords: 1 } },
    value: JSON.stringify({ id: 7, lines: [], note: SECRET }),
    reason: ['SchemaViolationError', 'id: '],
  },
];

describe.each(UNREADABLE)('a value that $name', ({ options, value, reason }) => {
  test('never reaches the handler, is not lost, and stops neither the consumer nor other partitions', async () => {
    const topic = await createTopic(uniqueName('unreadable'), { partitions: 2 });
    const good = JSON.stringify({ id: 'good', lines: [] });
    const handled: unknown[] = [];
    const spec = {
      topic,
      options: { order: 'partition', ...options },
      handle: (payload: unknown) => void handled.push(payload),
    } as const;
    await produce(topic, [
      { value: good, partition: 0 },
      { value, partition: 0 },
      { value: good, partition: 0 },
      { value: good, partition: 1 },
    ]);
    const env = { KAFKA_STUCK_AFTER_MS: '300' };
    const service = await startHandlers([spec], { env });
    const { url, groupId } = service;
    const isStuck = async (): Promise<boolean> =>
      /failed [3-9] times/.test((await probe(url, 'ready')).reason);
    await waitFor(isStuck, { what: 'three tries' });
    const down = await downProbes(url);
    expect(Object.keys(down)).toEqual(['ready']);
    for (const part of [`${topic}[0] at offset 1`, ...reason]) expect(down.ready).toContain(part);
    expect(down.ready).not.toContain(SECRET);
    expect(handled).toHaveLength(2);

    await service.stop();
    expect(await committed(groupId, topic, 0)).toBe(1n);
    expect(await committed(groupId, topic, 1)).toBe(1n);

    const next = await startHandlers([spec], { groupId, env });
    await waitFor(async () => (await probe(next.url, 'ready')).reason.includes('at offset 1'), {
      what: 'the next instance to meet it again',
    });
  });
});
