import { afterEach, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, endOffsets, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import {
  committed,
  type HandlerService,
  startHandlers,
  stopServices,
} from '../confirming/handler-service.js';
import { probe } from '../health/probe.js';

jest.setTimeout(90_000);
afterEach(stopServices);

const COUNT = 10_000;
const KEYS = 100;
const POISON = '4242';
const POISONED_KEY = `k${Number(POISON) % KEYS}`;
const PATIENCE = { what: 'the end', timeoutMs: 60_000 };
const records = Array.from({ length: COUNT }, (_, n) => ({ key: `k${n % KEYS}`, value: String(n) }));

interface Run extends HandlerService {
  readonly topic: string;
  /** Successfully handled values by key, in order. */
  readonly handled: Map<string, string[]>;
  calls(): number;
}

/** A service that gets 10,000 records, of which one always fails. */
async function run(options: KafkaHandlerOptions): Promise<Run> {
  const topic = await createTopic(uniqueName('one-in-many'), { partitions: 4 });
  await produce(topic, records);
  const handled = new Map<string, string[]>();
  let calls = 0;
  const service = await startHandlers([
    {
      topic,
      options: { retry: { attempts: 3, initialMs: 10 }, ...options },
      handle: (payload, context) => {
        if (payload === POISON) {
          calls++;
          throw new TypeError("Cannot read properties of undefined (reading 'name')");
        }
        const key = String(context.getMessage().key);
        handled.set(key, [...(handled.get(key) ?? []), String(payload)]);
      },
    },
  ]);
  return { ...service, topic, handled, calls: () => calls };
}

/** The expected values by key, in order, of the records that pass the filter. */
function byKey(isWanted: (value: string, key: string) => boolean): Map<string, string[]> {
  const expected = new Map<string, string[]>();
  for (const { key, value } of records) {
    if (isWanted(value, key)) expected.set(key, [...(expected.get(key) ?? []), value]);
  }
  return expected;
}

test('with retry topics one failing record among many is retried in each of them, and becomes a dead letter', async () => {
  const { topic, groupId, handled, calls } = await run({
    onFailure: 'retry-topic',
    delays: ['200ms', '300ms'],
  });
  await waitFor(() => isCaughtUp(groupId, topic), PATIENCE);
  expect(handled).toEqual(byKey((value) => value !== POISON));
  const [letter, ...others] = await waitFor(async () => {
    const letters = await readTopic(`${topic}.dlt`);
    return letters.length > 0 && letters;
  }, PATIENCE);
  expect(others).toEqual([]);
  expect(String(letter?.value)).toBe(POISON);
  expect(calls()).toBe(5);
});

test('with parking one failing record parks the rest of its key, in order, and no other key', async () => {
  const { topic, groupId, handled, calls } = await run({ onFailure: 'park' });
  await waitFor(() => isCaughtUp(groupId, topic), PATIENCE);
  const isBehind = (value: string, key: string): boolean =>
    key === POISONED_KEY && Number(value) >= Number(POISON);
  expect(handled).toEqual(byKey((value, key) => !isBehind(value, key)));
  const parked = await readTopic(`${topic}.${groupId}.parked`);
  // The topic also contains a record of each owner.
  const ofTopic = parked.filter(({ headers }) => headers['dlt-original-topic'] === topic);
  expect(ofTopic.map(({ value }) => String(value))).toEqual(byKey(isBehind).get(POISONED_KEY));
  expect(calls()).toBe(3);
  expect(await readTopic(`${topic}.dlt`)).toEqual([]);
});

test('with stop only the partition of the failing record stops, committed no further', async () => {
  const { topic, groupId, handled, calls, url, joined } = await run({
    onFailure: 'stop',
    order: 'partition',
  });
  const bad = (await readTopic(topic)).find(({ value }) => String(value) === POISON);
  const partition = bad?.partition ?? -1;
  await joined();
  const ready = await waitFor(async () => (await probe(url, 'ready')).reason, {
    ...PATIENCE,
    what: 'readiness',
  });
  expect(ready).toContain(
    `a handler has stopped its partition: ${topic}[${partition}] at offset ${bad?.offset}`,
  );
  const ends = await endOffsets(topic);
  for (const [each, end] of ends) {
    const upTo = each === partition ? BigInt(bad?.offset ?? 0) : end;
    await waitFor(async () => (await committed(groupId, topic, each)) === upTo, PATIENCE);
  }
  const stored = await readTopic(topic);
  const reached = stored.filter(
    (each) => each.partition !== partition || BigInt(each.offset) < BigInt(bad?.offset ?? 0),
  );
  const values = [...handled.values()].flat();
  expect(values.toSorted()).toEqual(reached.map(({ value }) => String(value)).toSorted());
  expect(calls()).toBe(3);
  expect((await probe(url, 'live')).up).toBe(true);
});
