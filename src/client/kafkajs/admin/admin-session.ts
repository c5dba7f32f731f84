import type { Kafka } from 'kafkajs';
import type Broker from 'kafkajs/src/broker/index.js';
import type { RequestDefinition } from 'kafkajs/src/protocol/requests/index.js';
import { destroyConnections } from '../destroy-connections.js';
import { createCluster, type ReadingCluster } from '../cluster.js';
import { isUnreachable, protocolErrorType } from '../errors.js';
import { seedFailed } from '../seed-addresses.js';

/** With a connection that was kept, then with a new one. */
const ATTEMPTS = 2;

/** A question to one broker. Whatever it asks for must be safe to ask for twice. */
export type Question<T> = (broker: Broker) => Promise<T>;

/**
 * The one connection by which a process asks about topics, and has them created. The first question opens it; it is
 * replaced when its broker is lost.
 */
export class AdminSession {
  #cluster: ReadingCluster | undefined;
  #closings = 0;

  /** @param kafka a client without retries: its failure, too, is an answer */
  constructor(private readonly kafka: Kafka) {}

  /** @throws what keeps the brokers from answering, once each address of KAFKA_BROKERS was tried */
  async ask<T>(question: Question<T>): Promise<T> {
    const closings = this.#closings;
    for (let attempt = 1; ; attempt++) {
      const cluster = (this.#cluster ??= createCluster(this.kafka));
      await cluster.connect();
      try {
        return await question(connectedBroker(cluster));
      } catch (error) {
        if (!isUnreachable(error) || closings !== this.#closings) throw error;
        this.#drop(cluster);
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Asks any broker, as brokers hand such requests on to their controller (KIP-590); those with ZooKeeper do not. */
  async askController<T>(question: Question<T>): Promise<T> {
    try {
      return await this.ask(question);
    } catch (error) {
      if (protocolErrorType(error) !== 'NOT_CONTROLLER' || !this.#cluster) throw error;
      await this.#cluster.refreshMetadata();
      const { brokerPool } = this.#cluster;
      return question(await brokerPool.findBroker({ nodeId: String(brokerPool.metadata?.controllerId) }));
    }
  }

  /** Closes the connection at once; questions that are not answered yet are rejected. */
  close(): void {
    this.#closings++;
    if (this.#cluster) this.#end(this.#cluster);
  }

  #drop(cluster: ReadingCluster): void {
    for (const { brokerAddress } of connectedBrokers(cluster)) seedFailed(brokerAddress);
    this.#end(cluster);
  }

  #end(cluster: ReadingCluster): void {
    if (this.#cluster === cluster) this.#cluster = undefined;
    for (const broker of connectedBrokers(cluster)) destroyConnections(broker);
    // Ends an attempt to connect as well.
    cluster.disconnect().catch(() => undefined);
  }
}

/** Sends a request and returns the answer as it is, errors of single topics in it included. */
export function send<Q, A>(
  broker: Broker,
  apiKey: number,
  definition: RequestDefinition<Q, A>,
  question: Q,
): Promise<A> {
  const { request, response } = broker.lookupRequest(apiKey, definition)(question);
  const parse = (answer: A): Promise<A> => Promise.resolve(answer);
  return broker.connectionPool.send({
    request,
    response: { decode: (bytes) => response.decode(bytes), parse },
  });
}

function connectedBroker({ brokerPool }: ReadingCluster): Broker {
  const { seedBroker } = brokerPool;
  if (!seedBroker) throw new Error('this kafkajs is not 2.2.4: it connects to no seed broker');
  return seedBroker;
}

function connectedBrokers({ brokerPool: { seedBroker, brokers } }: ReadingCluster): Broker[] {
  return [...new Set([...(seedBroker ? [seedBroker] : []), ...Object.values(brokers)])];
}
