import { afterEach, describe, expect, jest, test } from '@jest/globals';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { committed, startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes } from '../health/probe.js';

jest.setTimeout(60_000);

afterEach(async () => {
  jest.restoreAllMocks();
  await stopServices();
});

/** Makes fetches of a group fail this often. Call it while the service is running. */
function failFetches(groupId: string, crash: () => Error, times: number): number[] {
  const crashes: number[] = [];
  const { fetch } = ConsumerGroup.prototype;
  jest.spyOn(ConsumerGroup.prototype, 'fetch').mockImplementation(function (this: ConsumerGroup, nodeId) {
    if (this.groupId !== groupId || crashes.length === times) return fetch.call(this, nodeId);
    crashes.push(Date.now());
    return Promise.reject(crash());
  });
  return crashes;
}

class BrokerGone extends Error {
  override readonly name = 'KafkaJSNoBrokerAvailableError';
  readonly retriable = true;
}

/** kafkajs itself restarts after the first crash, but not after the second. */
const CRASHES: readonly (readonly [string, () => Error])[] = [
  ['could be restarted', () => new BrokerGone('the brokers have gone')],
  ['can never be restarted', () => new TypeError('a bug in kafkajs')],
];

describe.each(CRASHES)('a kafkajs consumer that %s after its crash', (_name, crash) => {
  test('a crashed consumer is restarted, with growing delays, until one stays', async () => {
    const topic = await createTopic(uniqueName('crash'));
    const handled: unknown[] = [];
    const spec = { topic, handle: (payload: unknown) => void handled.push(payload) };
    const { url, runtime, groupId, joined } = await startHandlers([spec]);
    await joined();
    await produce(topic, ['before']);
    await waitFor(() => handled.length === 1, { what: 'the record before' });
    const group = runtime.group(groupId);

    const crashes = failFetches(groupId, crash, 3);
    await produce(topic, ['after']);

    await waitFor(() => handled.includes('after'), { what: 'the record after', timeoutMs: 40_000 });
    await waitFor(async () => (await committed(groupId, topic)) === 2n, { what: 'its commit' });
    expect(crashes).toHaveLength(3);
    expect(group?.status).toMatchObject({
      phase: 'running',
      restarts: 3,
      lastError: undefined,
      ended: false,
    });
    expect(await downProbes(url)).toEqual({});
    const [first = 0, second = 0, third = 0] = crashes;
    expect(second - first).toBeGreaterThan(240);
    expect(third - second).toBeGreaterThan(490);
  });
});

describe('a consumer that crashes again and again', () => {
  test('a consumer that crashes repeatedly is shown in the health details, and restarted without end', async () => {
    const topic = await createTopic(uniqueName('crashing'));
    const spec = { topic, handle: () => undefined };
    const { url, runtime, groupId, joined } = await startHandlers([spec]);
    await joined();
    failFetches(groupId, () => new TypeError('a bug in kafkajs'), Infinity);
    const group = runtime.group(groupId);
    await waitFor(() => (group?.status.restarts ?? 0) >= 3, { what: 'three crashes', timeoutMs: 40_000 });
    const details = await (await fetch(`${url}/health`)).text();
    expect(details).toContain('a bug in kafkajs');
    expect(group?.status.ended).toBe(false);
  });
});
