import type Broker from 'kafkajs-pinned/src/broker/index.js';
import BrokerPool from 'kafkajs-pinned/src/cluster/brokerPool.js';
import { clearestFailure } from '../../clearest-failure.js';
import { installOnce } from '../install-once.js';

/**
 * Sends a request to the known brokers one after the other until one answers, those with a connection first.
 *
 * - Defect: `BrokerPool.withBroker` (`cluster/brokerPool.js`) gives up at the first broker that it can't connect to,
 *   and hides the error responses of brokers that answered.
 * - Effect: while one of three brokers is down, a group's coordinator is found only by chance.
 * - Test: `any-broker.spec.ts`.
 * - Unnecessary when `withBroker` continues with the next broker after a failed connection.
 */
export const tryAllBrokers = installOnce(() => {
  const { prototype } = BrokerPool;
  const { withBroker } = prototype;
  prototype.withBroker = async function <T>(
    this: BrokerPool,
    request: (found: { nodeId: string; broker: Broker }) => Promise<T>,
  ): Promise<T> {
    // kafkajs throws that it knows no brokers, refreshes the metadata and repeats the request.
    if (Object.keys(this.brokers).length === 0) return withBroker.call(this, request) as Promise<T>;
    const failures: unknown[] = [];
    for (const nodeId of connectedFirst(this)) {
      try {
        return await request({ nodeId, broker: await this.findBroker({ nodeId }) });
      } catch (error) {
        failures.push(error);
      }
    }
    throw clearestFailure(failures);
  };
});

function connectedFirst(pool: BrokerPool): string[] {
  return Object.keys(pool.brokers)
    .map((nodeId) => ({ nodeId, rank: (pool.brokers[nodeId]?.isConnected() ? 0 : 1) + Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ nodeId }) => nodeId);
}
