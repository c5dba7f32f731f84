import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { brokers, createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';
import { canRunAsProcess1, type HostProcess, type HostStart } from './host-process.js';
import { InstalledHost } from './installed-host.js';
import { packTransport } from './packing.js';

jest.setTimeout(180_000);

/** Variables that an application has for itself; each of them would stop the reference service. */
const FOREIGN = {
  KAFKA_TOPIC_ORDERS: 'orders',
  LOG_LEVEL: 'verbose',
  PORT: '/tmp/sock',
  DATABASE_URL: 'mysql://db/shop',
};
const KEY = { 'x-key': 'open', connection: 'close' };

type Shutdown = 'close' | 'hooks' | 'hooks with exit';

const hosts = { module: new InstalledHost('module'), commonjs: new InstalledHost('commonjs') } as const;
let running: HostProcess | undefined;

beforeAll(async () => {
  const packed = mkdtempSync(join(tmpdir(), 'kafka-packed-'));
  const tarball = await packTransport(packed);
  for (const host of Object.values(hosts)) await host.install(tarball);
  rmSync(packed, { recursive: true });
}, 300_000);
afterEach(() => running?.kill());
afterAll(() => {
  for (const host of Object.values(hosts)) host.remove();
});

/** Starts an application with a topic and a group of its own. */
async function started(
  host: InstalledHost,
  shutdown: Shutdown,
  how: Omit<HostStart, 'env'> = {},
  env: Readonly<Record<string, string>> = FOREIGN,
) {
  const topic = await createTopic(uniqueName('orders'));
  const groupId = uniqueName('host');
  running = host.start({
    ...how,
    env: {
      KAFKA_BROKERS: brokers(),
      KAFKA_CLIENT_ID: 'host',
      KAFKA_GROUP_ID: groupId,
      ORDERS_TOPIC: topic,
      SHUTDOWN: shutdown,
      ...env,
    },
  });
  return { process: running, url: await running.listening(), topic, groupId };
}

/** Sends SIGTERM while a record is handled. */
async function drained({ process, topic, groupId }: Awaited<ReturnType<typeof started>>) {
  await produce(topic, [JSON.stringify({ id: 'slow', delayMs: 1_500 })]);
  await process.written('order slow begun');
  const exit = await process.terminate();
  return {
    exit,
    ended: process.output.match(/order slow handled|orders destroyed/g),
    isCommitted: await isCaughtUp(groupId, topic),
  };
}

/** The record was finished and committed before its module was destroyed. */
const DRAINED = { ended: ['order slow handled', 'orders destroyed'], isCommitted: true };

const KafkajsCopies = z.object({
  own: z.array(z.string()),
  pinned: z.array(z.string()),
  ownSnappy: z.string(),
});
const DownHealth = z.object({ error: z.object({ ready: z.record(z.string(), z.string()).default({}) }) });

describe.each(['module', 'commonjs'] as const)(
  'the packed package in a Nest application of type %s',
  (type) => {
    const host = hosts[type];

    test('the application consumes and keeps its own HTTP, health, metrics, guard, filter and kafkajs', async () => {
      const { process, url, topic, groupId } = await started(host, 'close');
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
      expect(metrics).toMatch(/^kafka_consumer_assigned_partitions\{group="[^"]+"\} 1$/m);

      const [letter] = await readTopic(`${topic}.dlt`);
      expect(letter?.headers).toMatchObject({ 'dlt-exception-class': 'RangeError' });
      expect(process.output).toContain('KAFKA_TOPIC_ORDERS is not read');

      const kafkajs = KafkajsCopies.parse(await (await get('/kafkajs')).json());
      const files = ['broker/index.js', 'consumer/consumerGroup.js', 'cluster/brokerPool.js'];
      for (const [at, file] of files.entries()) {
        const source = host.read(`kafkajs/src/${file}`);
        expect(source).toContain(kafkajs.own[at]);
        expect(source).not.toContain(kafkajs.pinned[at]);
      }
      expect(kafkajs.ownSnappy).toContain('Snappy compression not implemented');
    });

    test.each([
      ['close', 0],
      ['hooks', 'SIGTERM'],
      ['hooks with exit', 0],
    ] as const)(
      'SIGTERM finishes a record in flight before its module is destroyed, by %s',
      async (how, exit) => {
        expect(await drained(await started(host, how))).toEqual({ exit, ...DRAINED });
      },
    );

    test('a worker without HTTP consumes, and drains on SIGTERM', async () => {
      const worker = await started(host, 'hooks with exit', { entry: 'worker' });
      expect(await drained(worker)).toEqual({ exit: 0, ...DRAINED });
    });
  },
);

describe('a service that is started by the package', () => {
  test.each(['service', 'service-module'])(
    'SIGTERM finishes a record in flight, and the exit code is 0: %s',
    async (entry) => {
      const env = { PORT: '0', OPS_TOKEN: 'a-token-of-the-proof' };
      const service = await started(hosts.module, 'hooks with exit', { entry }, env);
      expect(await drained(service)).toEqual({ exit: 0, ...DRAINED });
    },
  );
});

(canRunAsProcess1 ? describe : describe.skip)('an application that is process 1', () => {
  test('SIGTERM finishes a record in flight, and ends the process', async () => {
    const first = await started(hosts.module, 'hooks with exit', { asProcess1: true });
    expect(await drained(first)).toEqual({ exit: 0, ...DRAINED });
  });
});

test('handlers of a CommonJS application are tested by Jest, without a broker', async () => {
  expect(await hosts.commonjs.test()).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
});

describe('two clusters in one application', () => {
  let other: OwnKafka;
  beforeAll(async () => {
    other = await OwnKafka.start();
  }, 60_000);
  afterAll(() => other.cluster.stop());

  /** Starts an application that reads a topic of one name in both clusters, with one group id. */
  async function startedOnTwo(auditBrokers: string) {
    const topic = await other.createTopic('entries');
    await createTopic(topic);
    const groupId = uniqueName('host');
    const env = {
      ORDERS_TOPIC: topic,
      KAFKA_GROUP_ID: groupId,
      ...FOREIGN,
      AUDIT_KAFKA_BROKERS: auditBrokers,
      AUDIT_KAFKA_CLIENT_ID: 'host',
      AUDIT_KAFKA_GROUP_ID: groupId,
    };
    const host = await started(hosts.module, 'hooks with exit', { entry: 'two-clusters' }, env);
    return { ...host, topic, groupId };
  }

  test('each is consumed and committed, with its own health and metrics, and both drain on SIGTERM', async () => {
    const { process, url, topic, groupId } = await startedOnTwo(other.bootstrap);
    await produce(topic, ['a']);
    await other.produce(topic, ['b', 'broken']);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the first cluster', timeoutMs: 60_000 });
    await waitFor(async () => (await other.committed(groupId, topic)) === 2n, {
      what: 'the second cluster',
      timeoutMs: 60_000,
    });
    expect(process.output).toContain('main a handled');
    expect(process.output).toContain('audit b handled');
    expect(process.output).not.toMatch(/main b|audit a/);
    expect(await readTopic(`${topic}.dlt`, other.bootstrap)).toHaveLength(1);
    expect(await readTopic(`${topic}.dlt`)).toEqual([]);

    const metrics = await (await fetch(`${url}/metrics`, { headers: KEY })).text();
    const handled = (cluster: string): RegExp =>
      new RegExp(`^kafka_consumer_records_total\\{outcome="handled",${cluster}group="${groupId}",.* 1$`, 'm');
    expect(metrics).toMatch(handled(''));
    expect(metrics).toMatch(handled('cluster="audit",'));

    await produce(topic, ['slow']);
    await other.produce(topic, ['slow']);
    await Promise.all([process.written('main slow begun'), process.written('audit slow begun')]);
    expect(await process.terminate()).toBe(0);
    for (const cluster of ['main', 'audit'])
      expect(process.output).toMatch(new RegExp(`${cluster} slow handled\n(.*\n)*entries destroyed`));
    expect(await isCaughtUp(groupId, topic)).toBe(true);
    expect(await other.committed(groupId, topic)).toBe(3n);
  });

  test('readiness names the cluster whose broker is away', async () => {
    const { url, groupId } = await startedOnTwo('127.0.0.1:1');
    const ready = async (): Promise<Record<string, string>> => {
      const answer = await fetch(`${url}/health`, { headers: KEY });
      return DownHealth.parse(await answer.json()).error.ready;
    };
    await waitFor(async () => Object.keys(await ready()).length === 2, { what: 'one group to be down' });
    expect(await ready()).toEqual({
      status: 'down',
      [`audit/${groupId}`]: expect.stringContaining('not joined yet'),
    });
  });
});
