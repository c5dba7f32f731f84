import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs-pinned';
import type Broker from 'kafkajs-pinned/src/broker/index.js';
import { destroyConnections } from '../destroy-connections.js';
import { installPatches } from '../patches/index.js';
import { plainSockets } from '../sockets.js';
import { TinyBroker } from '../testing/tiny-broker.js';
import { AdminSession } from './admin-session.js';
import { listTopics } from './topic-requests.js';

let broker: TinyBroker;
let session: AdminSession;

beforeAll(installPatches);
beforeEach(async () => {
  broker = await TinyBroker.start();
  broker.topics.set('orders', 1);
  session = new AdminSession(
    new kafkajs.Kafka({
      brokers: [broker.address],
      socketFactory: plainSockets,
      retry: { retries: 0 },
      logLevel: kafkajs.logLevel.NOTHING,
    }),
  );
});
afterEach(async () => {
  session.close();
  await broker.close();
});

/** Destroys a broker's connections and waits until they are closed. */
async function lose(connected: Broker): Promise<void> {
  const sockets = connected.connectionPool.pool.flatMap(({ socket }) => (socket ? [socket] : []));
  const closed = Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  destroyConnections(connected);
  await closed;
}

describe('an admin request', () => {
  it('an admin request is sent again over a new connection if another request drops the connection that it waits for', async () => {
    let attempts = 0;
    let second: Promise<string[]> | undefined;
    const first = session.withBroker(async (connected) => {
      if (attempts++ > 0) return listTopics(connected);
      await lose(connected);
      // It waits for the same connection, which is being reopened when this request drops it.
      second = session.withBroker(listTopics);
      throw new kafkajs.KafkaJSConnectionError('lost', { broker: broker.address });
    });
    await expect(first).resolves.toEqual(['orders']);
    await expect(second).resolves.toEqual(['orders']);
  });

  it('an admin request rejects when the admin session is closed', async () => {
    const asked = session.withBroker(async () => {
      session.close();
      throw new kafkajs.KafkaJSConnectionError('lost', { broker: broker.address });
    });
    await expect(asked).rejects.toThrow('lost');
    await expect(session.withBroker(listTopics)).resolves.toEqual(['orders']);
  });

  it('an admin request rejects when the admin session is closed while it connects', async () => {
    const asked = session.withBroker(listTopics);
    session.close();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
