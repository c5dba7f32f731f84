import kafkajs from 'kafkajs';
import type Broker from 'kafkajs/src/broker/index.js';
import BrokerPool from 'kafkajs/src/cluster/brokerPool.js';
import { describeError, unless } from '../../../pipeline/index.js';
import { AdvertisedAddressError } from '../advertised-address.error.js';
import { isRefusedLogin } from '../errors.js';
import { isUnreachableAddress } from '../explain-access.js';
import { onceAProcess } from './once-a-process.js';
import { seedFailed, seedWorked } from '../seed-addresses.js';

/** An attempt to connect, with all its retries. */
interface Attempt {
  readonly connected: Promise<void>;
  cancel(): void;
}

const attempts = new WeakMap<BrokerPool, Attempt>();

/**
 * Lets every kafkajs client reach the cluster through any address of KAFKA_BROKERS that works. kafkajs's own
 * `BrokerPool.connect` tries one address per retry (a client without retries: the first one only), stays with an
 * address that takes connections and answers nothing, and its `withBroker` gives up at the first broker that it
 * cannot connect to.
 */
export const installFailover = onceAProcess(() => {
  const { prototype } = BrokerPool;
  const { connectBroker, disconnect, withBroker } = prototype;

  prototype.connect = function (this: BrokerPool): Promise<void> {
    const underWay = attempts.get(this);
    if (underWay) return underWay.connected;
    const cancelled = new AbortController();
    const connected = connect(this, cancelled.signal).finally(() => attempts.delete(this));
    attempts.set(this, { connected, cancel: () => cancelled.abort() });
    return connected;
  };

  prototype.disconnect = function (this: BrokerPool): Promise<void> {
    // kafkajs would go on with its retries, for a client that is gone.
    attempts.get(this)?.cancel();
    return disconnect.call(this);
  };

  prototype.connectBroker = async function (this: BrokerPool, broker: Broker): Promise<void> {
    try {
      await connectBroker.call(this, broker);
    } catch (error) {
      if (!isUnreachableAddress(error) || !(error instanceof Error)) throw error;
      const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ETIMEDOUT';
      throw new AdvertisedAddressError(broker.brokerAddress, error.message, code);
    }
  };

  prototype.withBroker = async function <T>(
    this: BrokerPool,
    ask: (asked: { nodeId: string; broker: Broker }) => Promise<T>,
  ): Promise<T> {
    // It says that it knows none, and is asked again once it does.
    if (Object.keys(this.brokers).length === 0) return withBroker.call(this, ask) as Promise<T>;
    const failures: unknown[] = [];
    for (const nodeId of connectedFirst(this)) {
      try {
        return await ask({ nodeId, broker: await this.findBroker({ nodeId }) });
      } catch (error) {
        failures.push(error);
      }
    }
    throw mostTelling(failures);
  };
});

/** Ends a broker's connections at once: `disconnect` would wait for requests that are never answered. */
export function abandon(broker: Broker): void {
  for (const { socket } of broker.connectionPool.pool) {
    socket?.destroy(new Error(`${broker.brokerAddress} was given up`));
  }
}

async function connect(pool: BrokerPool, cancelled: AbortSignal): Promise<void> {
  if (pool.hasConnectedBrokers()) return;
  await pool.retrier(async (bail) => {
    try {
      await tryEachAddress(pool, cancelled);
    } catch (error) {
      const isWorthARetry = error instanceof kafkajs.KafkaJSError && error.retriable && !cancelled.aborted;
      if (isWorthARetry) throw error;
      bail(error);
    }
  });
}

/** @throws what says most about why no address works */
async function tryEachAddress(pool: BrokerPool, cancelled: AbortSignal): Promise<void> {
  const tried = new Set<string>();
  const failures: unknown[] = [];
  for (;;) {
    const seed = pool.seedBroker ?? (await createSeed(pool));
    const { brokerAddress: address } = seed;
    if (tried.has(address)) break;
    tried.add(address);
    try {
      cancelled.throwIfAborted();
      await unless(cancelled, withinHandshakeTime(seed));
      cancelled.throwIfAborted();
      pool.versions = seed.versions;
      seedWorked(address);
      return;
    } catch (error) {
      abandon(seed);
      if (cancelled.aborted) throw error;
      seedFailed(address);
      pool.logger.debug(`${address} does not lead to the cluster: ${describeError(error)}`);
      failures.push(error);
      // Each broker would refuse it, and count it.
      if (isRefusedLogin(error)) break;
      await createSeed(pool);
    }
  }
  throw mostTelling(failures);
}

async function createSeed(pool: BrokerPool): Promise<Broker> {
  // Or kafkajs would wait until the last one's requests are answered.
  pool.seedBroker = undefined;
  await pool.createSeedBroker();
  const seed: Broker | undefined = pool.seedBroker;
  if (!seed) throw new Error('this kafkajs is not 2.2.4: it makes no seed broker');
  return seed;
}

/**
 * kafkajs wants the first answer within the connection timeout (`apiVersions` in its `broker/index.js`), but then
 * takes the longer request timeout: an address that answers nothing would hold the others up for half a minute.
 */
async function withinHandshakeTime(seed: Broker): Promise<void> {
  const { connectionTimeout, sasl } = seed.connectionPool;
  const limitMs = 2 * connectionTimeout + (sasl ? seed.authenticationTimeout : 0);
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const what = `${seed.brokerAddress} took the connection and answered nothing for ${limitMs} ms`;
      reject(new kafkajs.KafkaJSConnectionError(what, { broker: seed.brokerAddress, code: 'ETIMEDOUT' }));
    }, limitMs);
  });
  const connected = seed.connect();
  connected.catch(() => undefined);
  await Promise.race([connected, tooLong]).finally(() => clearTimeout(timer));
}

function connectedFirst(pool: BrokerPool): string[] {
  return Object.keys(pool.brokers)
    .map((nodeId) => ({ nodeId, rank: (pool.brokers[nodeId]?.isConnected() ? 0 : 1) + Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ nodeId }) => nodeId);
}

/** An answer says more than silence does; of silence, all of it is said. */
function mostTelling(failures: readonly unknown[]): unknown {
  const answer = failures.find((each) => !isUnreachableAddress(each));
  const [last] = failures.slice(-1);
  if (answer !== undefined || failures.length < 2) return answer ?? last;
  const advertised = failures.find((each) => each instanceof AdvertisedAddressError);
  if (advertised) return advertised;
  const all = [...new Set(failures.map((each) => describeError(each)))].join('; ');
  return new kafkajs.KafkaJSConnectionError(all, { code: 'ECONNREFUSED' });
}
