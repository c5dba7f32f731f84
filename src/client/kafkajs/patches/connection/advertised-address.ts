import type Broker from 'kafkajs-pinned/src/broker/index.js';
import BrokerPool from 'kafkajs-pinned/src/cluster/brokerPool.js';
import { AdvertisedAddressError } from '../../advertised-address.error.js';
import { isUnreachableAddress } from '../../explain-access.js';
import { installOnce } from '../install-once.js';

/**
 * Reports that the address of an unreachable broker comes from the cluster's metadata, not from KAFKA_BROKERS.
 *
 * - Defect: `BrokerPool.connectBroker` (`cluster/brokerPool.js`) throws the same error as a connection to a seed broker.
 * - Effect: a wrong `advertised.listeners` looks like a wrong KAFKA_BROKERS.
 * - Test: `failover.spec.ts`, "an address that the cluster advertises".
 * - Unnecessary when the error tells which kind of address it is about.
 */
export const reportAdvertisedAddress = installOnce(() => {
  const { prototype } = BrokerPool;
  const { connectBroker } = prototype;
  prototype.connectBroker = async function (this: BrokerPool, broker: Broker): Promise<void> {
    try {
      await connectBroker.call(this, broker);
    } catch (error) {
      if (!isUnreachableAddress(error) || !(error instanceof Error)) throw error;
      const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ETIMEDOUT';
      throw new AdvertisedAddressError(broker.brokerAddress, error.message, code);
    }
  };
});
