import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes } from '../health/probe.js';

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
  test('an unreadable value does not reach the handler, becomes a dead letter at once, and stops nothing', async () => {
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
    const { url, groupId } = await startHandlers([spec]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end of both partitions' });
    expect(handled).toHaveLength(3);
    const [letter, ...others] = await readTopic(`${topic}.dlt`);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ partition: 0, value: Buffer.from(value) });
    expect(letter?.headers).toMatchObject({ 'dlt-original-offset': '1', 'dlt-attempts': '1' });
    const why = `${letter?.headers['dlt-exception-class']}: ${letter?.headers['dlt-exception-message']}`;
    for (const part of reason) expect(why).toContain(part);
    expect(why).not.toContain(SECRET);
    expect(await downProbes(url)).toEqual({});
  });
});
