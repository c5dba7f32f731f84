import { beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs-pinned';
import type Broker from 'kafkajs-pinned/src/broker/index.js';
import BrokerPool from 'kafkajs-pinned/src/cluster/brokerPool.js';
import { tryAllBrokers } from './any-broker.js';

beforeAll(() => tryAllBrokers());

/** A pool of brokers, of which some are down and some have a connection. */
function poolOf(brokers: Readonly<Record<string, 'connected' | 'not connected' | 'down'>>): {
  pool: BrokerPool;
  looked: string[];
} {
  const looked: string[] = [];
  const pool: unknown = Object.assign(Object.create(BrokerPool.prototype), {
    brokers: Object.fromEntries(
      Object.entries(brokers).map(([nodeId, state]) => [
        nodeId,
        { isConnected: () => state === 'connected' },
      ]),
    ),
    findBroker: ({ nodeId }: { nodeId: string }) => {
      looked.push(nodeId);
      if (brokers[nodeId] !== 'down') return Promise.resolve({ nodeId });
      const broker = `${nodeId}:9092`;
      return Promise.reject(
        new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED', { broker, code: 'ECONNREFUSED' }),
      );
    },
  });
  return { pool: pool as BrokerPool, looked };
}

const nodeOf = ({ nodeId }: { nodeId: string; broker: Broker }): Promise<string> => Promise.resolve(nodeId);

describe('a request to any broker', () => {
  it('a request to any broker is answered by the only broker that is up', async () => {
    const { pool } = poolOf({ a: 'down', b: 'not connected', c: 'down' });
    await expect(pool.withBroker(nodeOf)).resolves.toBe('b');
  });

  it('a request to any broker goes to a broker with a connection first', async () => {
    const { pool, looked } = poolOf({ a: 'not connected', b: 'down', c: 'connected' });
    await expect(pool.withBroker(nodeOf)).resolves.toBe('c');
    expect(looked).toEqual(['c']);
  });

  it('a request to any broker fails with the error response of a broker rather than with a connection that failed', async () => {
    const { pool } = poolOf({ a: 'down', b: 'not connected' });
    const denied = new Error('not authorized');
    await expect(pool.withBroker(() => Promise.reject(denied))).rejects.toBe(denied);
  });
});
