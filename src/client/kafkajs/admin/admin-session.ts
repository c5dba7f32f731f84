import kafkajs, { type Kafka } from 'kafkajs-pinned';
import type Broker from 'kafkajs-pinned/src/broker/index.js';
import type { RequestDefinition } from 'kafkajs-pinned/src/protocol/requests/index.js';
import { createCluster, type ClusterClient } from '../cluster.js';
import { destroyConnections } from '../destroy-connections.js';
import { isUnreachable, protocolErrorType } from '../errors.js';
import { seedFailed } from '../seed-addresses.js';

/** A request is sent over the kept connection, then over a new one. */
const ATTEMPTS = 2;

/** How long a request is sent again because another one has replaced the connection, in ms. */
const DEADLINE_MS = 30_000;

/** One or several requests to a connected broker. They must be safe to send twice. */
export type BrokerRequest<T> = (broker: Broker) => Promise<T>;

/** Like `BrokerRequest`, for requests to several brokers. `broker` is the connected one. */
export type ClusterRequest<T> = (cluster: ClusterClient, broker: Broker) => Promise<T>;

/**
 * The one connection over which a process describes and creates topics, and deletes records. The first request opens
 * it; it is replaced if its broker is lost.
 */
export class AdminSession {
  #cluster: ClusterClient | undefined;
  #closings = 0;

  /** @param kafka a client without retries, since a failure is an answer too */
  constructor(private readonly kafka: Kafka) {}

  /** @throws the reason why no broker answers, after each address of KAFKA_BROKERS was tried */
  withBroker<T>(request: BrokerRequest<T>): Promise<T> {
    return this.withCluster((_, broker) => request(broker));
  }

  /** @throws like `withBroker` */
  async withCluster<T>(request: ClusterRequest<T>): Promise<T> {
    const closings = this.#closings;
    const deadline = performance.now() + DEADLINE_MS;
    for (let attempt = 1; ;) {
      const cluster = (this.#cluster ??= createCluster(this.kafka));
      let isConnected = false;
      try {
        await cluster.connect();
        isConnected = true;
        if (this.#cluster !== cluster) throw new kafkajs.KafkaJSConnectionError('the connection was dropped');
        return await request(cluster, connectedBroker(cluster));
      } catch (error) {
        if (closings !== this.#closings || !isConnectionLost(error)) throw error;
        if (this.#cluster !== cluster) {
          // Another request has dropped the connection, so this failure does not indicate a problem of the brokers.
          if (performance.now() > deadline) throw error;
          continue;
        }
        if (!isConnected) throw error;
        this.#drop(cluster);
        if (attempt === ATTEMPTS) throw error;
        attempt++;
      }
    }
  }

  /** Sends to any broker, which forwards such requests to the controller (KIP-590); brokers with ZooKeeper do not. */
  withController<T>(request: BrokerRequest<T>): Promise<T> {
    return this.withCluster(async (cluster, broker) => {
      try {
        return await request(broker);
      } catch (error) {
        if (protocolErrorType(error) !== 'NOT_CONTROLLER') throw error;
        await cluster.refreshMetadata();
        const { brokerPool } = cluster;
        return request(await brokerPool.findBroker({ nodeId: String(brokerPool.metadata?.controllerId) }));
      }
    });
  }

  /** Closes the connection at once; unanswered requests reject. */
  close(): void {
    this.#closings++;
    if (this.#cluster) this.#end(this.#cluster);
  }

  #drop(cluster: ClusterClient): void {
    for (const { brokerAddress } of connectedBrokers(cluster)) seedFailed(brokerAddress);
    this.#end(cluster);
  }

  #end(cluster: ClusterClient): void {
    if (this.#cluster === cluster) this.#cluster = undefined;
    for (const broker of connectedBrokers(cluster)) destroyConnections(broker);
    // Also cancels an attempt to connect.
    cluster.disconnect().catch(() => undefined);
  }
}

/** Sends a request and returns its response unchecked, including errors of single topics. */
export function send<Q, A>(
  broker: Broker,
  apiKey: number,
  definition: RequestDefinition<Q, A>,
  fields: Q,
): Promise<A> {
  const { request, response } = broker.lookupRequest(apiKey, definition)(fields);
  const parse = (answer: A): Promise<A> => Promise.resolve(answer);
  return broker.connectionPool.send({
    request,
    response: { decode: (bytes) => response.decode(bytes), parse },
  });
}

/** An attempt to connect rejects with an AbortError if another request drops its connection. */
function isConnectionLost(error: unknown): boolean {
  const isAborted =
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
  return isAborted || isUnreachable(error);
}

function connectedBroker({ brokerPool }: ClusterClient): Broker {
  const { seedBroker } = brokerPool;
  if (!seedBroker) throw new Error('this kafkajs is not 2.2.4: it connects to no seed broker');
  return seedBroker;
}

function connectedBrokers({ brokerPool: { seedBroker, brokers } }: ClusterClient): Broker[] {
  return [...new Set([...(seedBroker ? [seedBroker] : []), ...Object.values(brokers)])];
}
