import kafkajs from 'kafkajs-pinned';
import type Broker from 'kafkajs-pinned/src/broker/index.js';
import BrokerPool from 'kafkajs-pinned/src/cluster/brokerPool.js';
import { describeError, untilAborted } from '../../../../pipeline/index.js';
import { clearestFailure } from '../../clearest-failure.js';
import { destroyConnections } from '../../destroy-connections.js';
import { isRejectedLogin } from '../../errors.js';
import { seedFailed, seedWorked } from '../../seed-addresses.js';
import { installOnce } from '../install-once.js';

/** An attempt to connect, with all its retries. */
interface Attempt {
  readonly connected: Promise<void>;
  readonly cancelled: AbortController;
}

const attempts = new WeakMap<BrokerPool, Attempt>();

/**
 * Connects to the cluster through any address of KAFKA_BROKERS that works, and stops trying on `disconnect`.
 *
 * - Defect: `BrokerPool.connect` (`cluster/brokerPool.js`) tries one address per retry (a client without retries: only
 *   the first), and waits half a minute for an address that accepts connections but sends no response. `disconnect` does
 *   not end its retries.
 * - Effect: one dead address of three keeps a service from starting.
 * - Test: `failover.spec.ts` and `any-address.spec.ts`.
 * - Unnecessary when `connect` tries each address within the connection timeout, and `disconnect` cancels it.
 */
export const connectToAnyAddress = installOnce(() => {
  const { prototype } = BrokerPool;
  const { disconnect } = prototype;

  prototype.connect = function (this: BrokerPool): Promise<void> {
    const inProgress = attempts.get(this);
    if (inProgress) return inProgress.connected;
    const cancelled = new AbortController();
    const connected = untilCancelled(connect(this, cancelled.signal), cancelled.signal).finally(() => {
      if (attempts.get(this)?.cancelled === cancelled) attempts.delete(this);
    });
    attempts.set(this, { connected, cancelled });
    return connected;
  };

  prototype.disconnect = async function (this: BrokerPool): Promise<void> {
    const attempt = attempts.get(this);
    // The next call of `connect` needs an attempt of its own, with another connection.
    attempts.delete(this);
    attempt?.cancelled.abort();
    const { seedBroker } = this;
    const disconnected = disconnect.call(this);
    if (attempt && seedBroker) {
      destroyConnections(seedBroker);
      if (this.seedBroker === seedBroker) this.seedBroker = undefined;
    }
    await disconnected;
  };
});

/** Rejects as soon as the attempt is cancelled: it may be waiting for its next retry. */
async function untilCancelled(connected: Promise<void>, cancelled: AbortSignal): Promise<void> {
  connected.catch(() => undefined);
  await untilAborted(cancelled, connected);
  cancelled.throwIfAborted();
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

/** @throws the clearest of the failures if no address works */
async function tryEachAddress(pool: BrokerPool, cancelled: AbortSignal): Promise<void> {
  const tried = new Set<string>();
  const failures: unknown[] = [];
  for (;;) {
    cancelled.throwIfAborted();
    const seed = pool.seedBroker ?? (await createSeed(pool));
    cancelled.throwIfAborted();
    const { brokerAddress: address } = seed;
    if (tried.has(address)) break;
    tried.add(address);
    try {
      await untilAborted(cancelled, withinHandshakeTime(seed));
      cancelled.throwIfAborted();
      pool.versions = seed.versions;
      seedWorked(address);
      return;
    } catch (error) {
      destroyConnections(seed);
      if (cancelled.aborted) throw error;
      seedFailed(address);
      pool.logger.debug(`${address} does not lead to the cluster: ${describeError(error)}`);
      failures.push(error);
      // Every broker would reject the same login, and count another failed login.
      if (isRejectedLogin(error)) break;
      await createSeed(pool);
    }
  }
  throw clearestFailure(failures);
}

async function createSeed(pool: BrokerPool): Promise<Broker> {
  // Otherwise kafkajs waits until the requests of the previous seed broker are answered.
  pool.seedBroker = undefined;
  await pool.createSeedBroker();
  const seed: Broker | undefined = pool.seedBroker;
  if (!seed) throw new Error('this kafkajs is not 2.2.4: it creates no seed broker');
  return seed;
}

/**
 * kafkajs wants the first response within the connection timeout (`apiVersions` in its `broker/index.js`), but then
 * applies the longer request timeout: an address that sends no response would delay the others for half a minute.
 */
async function withinHandshakeTime(seed: Broker): Promise<void> {
  const { connectionTimeout, sasl } = seed.connectionPool;
  const limitMs = 2 * connectionTimeout + (sasl ? seed.authenticationTimeout : 0);
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const what = `${seed.brokerAddress} accepted the connection and sent no response for ${limitMs} ms`;
      reject(new kafkajs.KafkaJSConnectionError(what, { broker: seed.brokerAddress, code: 'ETIMEDOUT' }));
    }, limitMs);
  });
  const connected = seed.connect();
  connected.catch(() => undefined);
  await Promise.race([connected, tooLong]).finally(() => clearTimeout(timer));
}
