import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { brokers, createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { type HostProcess, InstalledHost } from './installed-host.js';

jest.setTimeout(180_000);

/** Variables that an application has for itself; each of them would stop the reference service. */
const FOREIGN = {
  KAFKA_TOPIC_ORDERS: 'orders',
  LOG_LEVEL: 'verbose',
  PORT: '/tmp/sock',
  DATABASE_URL: 'mysql://db/shop',
};
const KEY = { 'x-key': 'open', connection: 'close' };

describe('the packed package in a Nest application of its own', () => {
  const host = new InstalledHost();
  let running: HostProcess | undefined;

  beforeAll(() => host.install(), 300_000);
  afterEach(() => running?.kill());
  afterAll(() => host.remove());

  async function started(shutdown: 'hooks' | 'close') {
    const topic = await createTopic(uniqueName('orders'));
    const groupId = uniqueName('host');
    running = host.start({
      ...FOREIGN,
      KAFKA_BROKERS: brokers(),
      KAFKA_CLIENT_ID: 'host',
      KAFKA_GROUP_ID: groupId,
      ORDERS_TOPIC: topic,
      SHUTDOWN: shutdown,
    });
    return { process: running, url: await running.url(), topic, groupId };
  }

  test('the application consumes and keeps its own HTTP, health, metrics, guard and filter', async () => {
    const { process, url, topic, groupId } = await started('close');
    await produce(
      topic,
      ['a', 'b', 'a', 'broken'].map((id) => JSON.stringify({ id })),
    );
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'every record', timeoutMs: 60_000 });
    const get = (path: string, headers: Record<string, string> = KEY) => fetch(url + path, { headers });

    const orders: unknown = await (await get('/orders')).json();
    expect(Array.isArray(orders) ? orders.toSorted() : orders).toEqual(['a', 'b']);
    expect((await get('/orders', { connection: 'close' })).status).toBe(418);
    expect(await (await get('/fails')).json()).toEqual({ by: 'the filter of the host' });
    const health = await (await get('/health')).json();
    expect(health).toMatchObject({ details: { host: { status: 'up' }, ready: { status: 'up' } } });
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('host_counter 1');
    expect(metrics).toMatch(/^kafka_consumer_assigned_partitions\{.*\} 1$/m);

    const [letter] = await readTopic(`${topic}.dlt`);
    expect(letter?.headers).toMatchObject({ 'dlt-exception-class': 'RangeError' });
    expect(process.output).toContain('KAFKA_TOPIC_ORDERS is not read');
  });

  test.each(['hooks', 'close'] as const)(
    'SIGTERM finishes a record in flight before its module is destroyed, by %s',
    async (shutdown) => {
      const { process, topic, groupId } = await started(shutdown);
      await produce(topic, [JSON.stringify({ id: 'slow', delayMs: 1_500 })]);
      await waitFor(() => process.output.includes('order slow begun'), {
        what: 'the record',
        timeoutMs: 60_000,
      });
      expect(await process.terminate()).toBe(0);
      expect(process.output).toMatch(/order slow handled\n(.*\n)*orders destroyed/);
      expect(await isCaughtUp(groupId, topic)).toBe(true);
    },
  );
});
