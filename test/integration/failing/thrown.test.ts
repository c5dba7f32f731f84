import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { from, throwError } from 'rxjs';
import type { KafkaHandlerOptions, KafkaRecordContext } from '../../../src/transport/index.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import {
  committed,
  type HandlerService,
  startHandlers,
  stopServices,
} from '../confirming/handler-service.js';
import { probe } from '../health/probe.js';

jest.setTimeout(60_000);

class Refused extends Error {
  override readonly name = 'KafkaJSNonRetriableError';
  readonly retriable = false;
  readonly type = 'UNKNOWN_MEMBER_ID';
}

function notThere(): string {
  const order = JSON.parse('{}');
  return order.customer.name;
}

function reject(reason: unknown): Promise<never> {
  return new Promise((_resolve, refuse) => refuse(reason));
}

/** Ways for a handler to fail. Some of them end a plain kafkajs consumer permanently. */
const FAILURES: Readonly<Record<string, (context: KafkaRecordContext) => unknown>> = {
  'an Error': () => reject(new Error('no stock')),
  'a TypeError': async () => notThere(),
  'a TypeError, before there is a promise': () => notThere(),
  'a SyntaxError': async () => JSON.parse('{'),
  'a RangeError': async () => [].length.toFixed(-1),
  'a string': () => reject('no stock'),
  undefined: () => reject(undefined),
  null: () => reject(null),
  'an object without a prototype': () => reject(Object.create(null)),
  "an error that looks like kafkajs's own": () => reject(new Refused('fatal')),
  'an Observable that fails': () => throwError(() => new Error('no stock')),
  'an Observable that fails late': () => from(sleep(5).then(() => reject(new Error('no stock')))),
  'a timeout': ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
};

const retry = { attempts: Infinity, initialMs: 100 };

const WAYS: readonly (readonly [string, KafkaHandlerOptions])[] = [
  ['a record', { order: 'partition', timeoutMs: 100, retry }],
  ['a batch', { read: 'batch', batch: { maxRecords: 1 }, timeoutMs: 100, retry }],
];

const cases = WAYS.flatMap(([what, options]) =>
  Object.entries(FAILURES).map(([name, fail]) => ({
    what,
    name,
    fail,
    options,
    topic: uniqueName('failing'),
  })),
);
const recovered = new Set<string>();
const calls = new Map<string, unknown[]>(cases.map(({ topic }) => [topic, []]));
let service: HandlerService;

beforeAll(async () => {
  await Promise.all(cases.map(({ topic }) => createTopic(topic, { partitions: 2 })));
  service = await startHandlers(
    cases.map(({ topic, options, fail }) => ({
      topic,
      options,
      handle: (payload, context) => {
        const value = Array.isArray(payload) ? payload[0] : payload;
        calls.get(topic)?.push(value);
        return value === 'bad' && !recovered.has(topic) ? fail(context) : undefined;
      },
    })),
  );
  await service.joined();
});
afterAll(stopServices);

describe.each(cases)('$what whose handler fails with $name', ({ topic }) => {
  test('a record or batch whose handler fails is retried until it succeeds, and blocks only its partition', async () => {
    const seen = calls.get(topic) ?? [];
    await produce(topic, [
      ...['before', 'bad', 'after'].map((value) => ({ value, partition: 0 })),
      { value: 'elsewhere', partition: 1 },
    ]);
    const failures = (): number => seen.filter((value) => value === 'bad').length;
    await waitFor(() => failures() >= 3, { what: 'three failures', everyMs: 10 });
    const elsewhere = async (): Promise<boolean> => (await committed(service.groupId, topic, 1)) === 1n;
    await waitFor(elsewhere, { what: 'the commit of the other partition' });
    expect(seen).not.toContain('after');
    expect(await committed(service.groupId, topic, 0)).toBe(1n);
    expect((await probe(service.url, 'live')).up).toBe(true);

    recovered.add(topic);
    await waitFor(async () => (await committed(service.groupId, topic, 0)) === 3n, { what: 'the recovery' });
    const inPartition0 = seen.filter((value) => value !== 'elsewhere');
    const tries = failures();
    expect(inPartition0).toEqual(['before', ...Array.from({ length: tries }, () => 'bad'), 'after']);
    expect(service.runtime.groups[0]?.status).toMatchObject({ phase: 'running', restarts: 0, generation: 1 });
  });
});
