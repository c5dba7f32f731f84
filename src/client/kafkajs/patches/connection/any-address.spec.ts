import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs-pinned';
import { createCluster, type ClusterClient } from '../../cluster.js';
import { plainSockets } from '../../sockets.js';
import { Listener } from '../../testing/listener.js';
import { TinyBroker } from '../../testing/tiny-broker.js';
import { installPatches } from '../index.js';

let frozen: Listener;
let broker: TinyBroker;
/** The address that the next attempt to connect tries. */
let address: string;
let cluster: ClusterClient;
/** Resolves once an address has failed. */
let failed: Promise<void>;

beforeAll(installPatches);
beforeEach(async () => {
  [frozen, broker] = await Promise.all([Listener.silent(), TinyBroker.start()]);
  failed = new Promise((resolve) => {
    const kafka = new Kafka({
      brokers: () => Promise.resolve([address]),
      socketFactory: plainSockets,
      retry: { initialRetryTime: 1_000 },
      logLevel: logLevel.DEBUG,
      logCreator:
        () =>
        ({ log }) =>
          log.message.includes('does not lead to the cluster') && resolve(),
    });
    cluster = createCluster(kafka);
  });
});
afterEach(async () => {
  await cluster.disconnect();
  await Promise.all([frozen.close(), broker.close()]);
});

function errorOf(attempt: Promise<void>): Promise<unknown> {
  return attempt.catch((error: unknown) => error);
}

describe('an attempt to connect that was cancelled by a disconnect', () => {
  it('an attempt to connect that was cancelled by a disconnect is not handed to the next caller of connect', async () => {
    ({ address } = frozen);
    const accepted = frozen.nextConnection();
    const cancelled = errorOf(cluster.connect());
    await accepted;
    ({ address } = broker);
    const disconnected = cluster.disconnect();
    await expect(cluster.brokerPool.connect()).resolves.toBeUndefined();
    await disconnected;
    await expect(cancelled).resolves.toMatchObject({ name: 'AbortError' });
    expect(cluster.brokerPool.seedBroker?.brokerAddress).toBe(broker.address);
    expect(cluster.isConnected()).toBe(true);
  });

  it('an attempt to connect that was cancelled by a disconnect rejects at once, also while it waits for its next retry', async () => {
    ({ address } = frozen);
    await frozen.close();
    const cancelled = errorOf(cluster.connect());
    await failed;
    await eventLoopTurn();
    await cluster.disconnect();
    const first = await Promise.race([cancelled, eventLoopTurn()]);
    expect(first).toMatchObject({ name: 'AbortError' });
  });
});
