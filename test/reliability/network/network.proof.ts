import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Admin, Kafka, logLevel } from 'kafkajs-pinned';
import { type KafkaCluster, startKafka } from '../../../tools/kafka/index.js';
import { canHaveToxiproxy } from './install.js';
import { Network } from './network.js';

jest.setTimeout(30_000);

const REQUEST_TIMEOUT_MS = 2_000;

const isHere = await canHaveToxiproxy();
if (!isHere) console.warn('skipped: faults of the network, as there is no Go to build toxiproxy with');

(isHere ? describe : describe.skip)('the network of an instance', () => {
  let cluster: KafkaCluster;
  let network: Network;
  const opened: Admin[] = [];
  beforeAll(async () => {
    cluster = await startKafka({ heap: '256m', shortLived: true, proxied: ['a', 'b'] });
    network = await Network.start(cluster.proxied);
    // The first build of toxiproxy is slow.
  }, 300_000);
  afterEach(async () => {
    await network.heal();
    await Promise.all(opened.splice(0).map((admin) => admin.disconnect()));
  });
  afterAll(async () => {
    await network.stop();
    await cluster.stop();
  });

  /** A client without retries. */
  async function connect(name: string): Promise<Admin> {
    const admin = new Kafka({
      brokers: [network.bootstrap(name)],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 1_000,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries: 0 },
    }).admin();
    opened.push(admin);
    await admin.connect();
    // Without metadata it knows no broker to ask for a coordinator.
    await admin.describeCluster();
    return admin;
  }

  async function brokersSeenBy(name: string): Promise<unknown> {
    const { brokers } = await (await connect(name)).describeCluster();
    return brokers;
  }

  async function expectWhole(name: string): Promise<void> {
    const port = Number(network.bootstrap(name).split(':')[1]);
    expect(await brokersSeenBy(name)).toEqual([{ nodeId: 1, host: '127.0.0.1', port }]);
  }

  test('the proxied network leads to the brokers, which clients know by the addresses of their proxies', async () => {
    await expectWhole('a');
    await expectWhole('b');
    expect(network.bootstrap('a')).not.toBe(network.bootstrap('b'));
  });

  test('a link rejects connections while it is cut, and does not affect other instances', async () => {
    const open = await connect('a');
    await network.cut('a');
    await expect(open.describeCluster()).rejects.toThrow(/ECONNREFUSED/);
    await expect(connect('a')).rejects.toThrow(/ECONNREFUSED/);
    await expectWhole('b');
    await network.heal('a');
    await expectWhole('a');
  });

  test('a half-open link accepts connections and answers nothing', async () => {
    const open = await connect('a');
    await network.halfOpen('a', 1);
    await expect(open.describeCluster()).rejects.toThrow(/timed out/);
    await expect(connect('a')).rejects.toThrow(/timed out/);
    await expectWhole('b');
    await network.heal('a', 1);
    await expectWhole('a');
  });

  test('a delayed link delays an answer by twice its delay', async () => {
    const open = await connect('a');
    await network.delay('a', { delayMs: 5_000 });
    await network.delay('a', { delayMs: 200 });
    const began = performance.now();
    await open.describeCluster();
    expect(performance.now() - began).toBeGreaterThanOrEqual(400);
    await network.delay('a', { delayMs: REQUEST_TIMEOUT_MS });
    await expect(open.describeCluster()).rejects.toThrow(/timed out/);
    await network.heal('a');
    await expectWhole('a');
  });

  test('a throttled link passes no more bytes per second than its limit', async () => {
    const open = await connect('a');
    const bytes = 30_000;
    await network.throttle('a', 2 * bytes);
    const began = performance.now();
    // One request finds the coordinator, another one queries it.
    await open.describeGroups(['x'.repeat(bytes)]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
    await network.heal('a');
    await expectWhole('a');
  });

  test('a resetting link resets new connections and closes open ones', async () => {
    const open = await connect('a');
    await network.reset('a');
    await expect(open.describeCluster()).rejects.toThrow(/Closed connection/);
    await expect(connect('a')).rejects.toThrow(/ECONNRESET/);
    await expectWhole('b');
    await network.heal('a');
    await expectWhole('a');
  });

  test('a fault for an unknown link is reported with its full name', async () => {
    const message: unknown = expect.stringContaining('a to broker 2. Those of startKafka are: a-1, b-1.');
    await expect(network.cut('a', 2)).rejects.toMatchObject({ code: 'NO_LINK', message });
  });
});
