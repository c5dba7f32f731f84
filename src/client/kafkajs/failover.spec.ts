import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../../config/index.js';
import type { ConsumerListener } from '../kafka-port.js';
import { KafkaJsPort } from './kafkajs-port.js';
import { Listener } from './testing/listener.js';
import { TinyBroker } from './testing/tiny-broker.js';

jest.setTimeout(30_000);

let broker: TinyBroker;
const opened: Listener[] = [];
const ports: KafkaJsPort[] = [];

beforeEach(async () => {
  Logger.overrideLogger(false);
  broker = await TinyBroker.start();
  opened.push(broker);
  broker.topics.set('orders', 3);
});
afterEach(async () => {
  for (const port of ports.splice(0)) port.close();
  for (const each of opened.splice(0)) await each.close();
});

function portOf(...brokers: readonly string[]): KafkaJsPort {
  const env = { KAFKA_BROKERS: brokers.join(','), KAFKA_CONNECTION_TIMEOUT_MS: '500' };
  const port = new KafkaJsPort(loadConfig(env).kafka);
  ports.push(port);
  return port;
}

/** @returns an address at which nothing listens */
async function refusing(): Promise<string> {
  const closed = await Listener.silent();
  const { address } = closed;
  await closed.close();
  return address;
}

async function silent(): Promise<Listener> {
  const listener = await Listener.silent();
  opened.push(listener);
  return listener;
}

describe('one address of KAFKA_BROKERS that works is enough to list and create topics', () => {
  it('one address of KAFKA_BROKERS that works is enough to list and create topics if another one refuses connections', async () => {
    const port = portOf(await refusing(), broker.address, await refusing());
    await expect(port.topics()).resolves.toEqual(['orders']);
    await expect(port.ensureTopic({ topic: 'orders.dlt', like: 'orders' })).resolves.toMatchObject({
      partitions: 3,
    });
    await expect(port.reachable(1_000)).resolves.toBe(true);
  });

  it('one address of KAFKA_BROKERS that works is enough to list and create topics if the name of another one does not resolve', async () => {
    const port = portOf('no-such-host.invalid:9092', broker.address);
    await expect(port.topics()).resolves.toEqual(['orders']);
  });

  it('one address of KAFKA_BROKERS that works is enough to list and create topics if another one accepts connections and sends no response', async () => {
    const port = portOf((await silent()).address, broker.address);
    await expect(port.topics()).resolves.toEqual(['orders']);
  });

  it('one address of KAFKA_BROKERS that works is enough to list and create topics if the one in use dies later', async () => {
    const second = await TinyBroker.start();
    opened.push(second);
    second.topics.set('of the second', 1);
    const port = portOf(broker.address, second.address);
    await expect(port.topics()).resolves.toEqual(['orders']);
    await broker.close();
    await expect(port.topics()).resolves.toEqual(['of the second']);
  });
});

describe('an address that does not work', () => {
  it('an address that does not work is tried by one client only, since all clients share the failures of addresses', async () => {
    const dead = await silent();
    await portOf(dead.address, broker.address).topics();
    const { connections } = dead;
    await portOf(dead.address, broker.address).topics();
    expect(dead.connections).toBe(connections);
  });

  it('an address that does not work is named in the error with its reason, as are all others, if no address works', async () => {
    const [refused, mute] = [await refusing(), (await silent()).address];
    await expect(portOf(refused, mute).topics()).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringMatching(new RegExp(`ECONNREFUSED ${refused}.*${mute} accepted the connection`)),
    });
  });
});

describe('the connection for requests about topics', () => {
  it('the connection for requests about topics is shared by all requests, and topics that are ensured together are created with one request', async () => {
    const port = portOf(broker.address);
    const topics = Array.from({ length: 40 }, (_, n) => `orders.retry.${n}`);
    await Promise.all(topics.map((topic) => port.ensureTopic({ topic, like: 'orders', grow: true })));
    await port.topics();
    await port.hiddenTopics(['elsewhere']);
    await Promise.all(topics.map((topic) => port.ensureTopic({ topic, like: 'orders', grow: true })));
    expect(broker.connections).toBe(1);
    expect(broker.requests.filter((name) => name === 'CreateTopics')).toHaveLength(1);
    expect(broker.topics.get('orders.retry.39')).toBe(3);
  });

  it('the connection for requests about topics adds partitions to a topic that has fewer than its source, and to no other', async () => {
    broker.topics.set('orders.short', 1).set('orders.long', 5);
    const port = portOf(broker.address);
    const ensured = ['orders.short', 'orders.long'].map((topic) =>
      port.ensureTopic({ topic, like: 'orders', grow: true }),
    );
    await expect(Promise.all(ensured)).resolves.toMatchObject([{ partitions: 3 }, { partitions: 5 }]);
    await expect(port.ensureTopic({ topic: 'orders.short', like: 'orders.long' })).resolves.toMatchObject({
      partitions: 3,
    });
    expect(broker.requests.filter((name) => name === 'CreatePartitions')).toHaveLength(1);
  });

  it('the connection for requests about topics reports which topic the brokers do not create, and why, and creates the others', async () => {
    broker.refused.set('orders.dlt', [44, 'topics begin with a team']);
    const port = portOf(broker.address);
    const [refused, created] = await Promise.allSettled([
      port.ensureTopic({ topic: 'orders.dlt', like: 'orders' }),
      port.ensureTopic({ topic: 'team.orders.dlt', like: 'orders' }),
    ]);
    expect(created).toMatchObject({ status: 'fulfilled', value: { partitions: 3 } });
    expect(refused).toMatchObject({
      reason: {
        code: 'TOPIC_NOT_CREATED',
        topic: 'orders.dlt',
        message: expect.stringContaining('refuses the topic orders.dlt: topics begin with a team'),
      },
    });
  });
});

describe('an address that the cluster advertises', () => {
  it('an address that the cluster advertises is reported as such if it cannot be reached although the cluster was found', async () => {
    broker.advertisedHost = 'kafka.internal.invalid';
    const port = portOf(broker.address);
    const listener: Partial<ConsumerListener> = { revoking: () => Promise.resolve() };
    const client = port.consumer('group', listener as ConsumerListener);
    await client.connect();
    await client.start(['orders']);
    const error = await client.crashed;
    const [, brokerPort] = broker.address.split(':');
    expect(error).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringMatching(
        new RegExp(
          `kafka.internal.invalid:${brokerPort}, the address in its advertised.listeners.*(ENOTFOUND|EAI_AGAIN)`,
        ),
      ),
    });
    await client.stop();
  });
});
