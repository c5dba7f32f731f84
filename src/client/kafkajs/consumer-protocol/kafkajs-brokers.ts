import type { Kafka } from 'kafkajs-pinned';
import type Broker from 'kafkajs-pinned/src/broker/index.js';
import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import type { ClientBrokers } from '../../consumer-protocol/client-settings.js';
import type { Message, Throttled } from '../../consumer-protocol/messages/message.js';
import type { OfferedVersions } from '../../consumer-protocol/messages/required-versions.js';
import { type ClusterClient, createCluster } from '../cluster.js';
import { destroyConnections } from '../destroy-connections.js';

/**
 * Sends requests that kafkajs does not know over its connections, with their logins, timeouts and waits for quotas. A
 * fetch has a connection of its own, so that no other request waits for it.
 */
export class KafkaJsBrokers implements ClientBrokers {
  readonly #cluster: ClusterClient;
  #isClosed = false;

  constructor(kafka: Kafka) {
    this.#cluster = createCluster(kafka);
  }

  async connect(): Promise<OfferedVersions> {
    await this.#cluster.connect();
    await this.#cluster.refreshMetadata();
    const { versions } = this.#cluster.brokerPool;
    return versions ?? {};
  }

  async send<Question, Answer extends Throttled>(
    nodeId: number | 'any',
    message: Message<Question, Answer>,
    question: Question,
  ): Promise<Answer> {
    const { apiKey, apiVersion, apiName } = message;
    const broker = await this.#broker(nodeId);
    if (this.#isClosed) throw new Error(`the client was stopped; ${apiName} was not sent`);
    return broker.connectionPool.send<Answer>({
      request: {
        apiKey,
        apiVersion,
        apiName,
        encode: async () => new Encoder(0).writeBuffer(message.write(question)),
      },
      response: {
        decode: async (bytes) => {
          const answer = message.read(bytes);
          return { ...answer, clientSideThrottleTime: answer.throttleTimeMs };
        },
        parse: async (answer) => answer,
      },
    });
  }

  async disconnect(): Promise<void> {
    this.#isClosed = true;
    const { seedBroker, brokers } = this.#cluster.brokerPool;
    // A fetch may be held back for as long as a quota requires.
    for (const broker of new Set([...(seedBroker ? [seedBroker] : []), ...Object.values(brokers)]))
      destroyConnections(broker);
    await this.#cluster.disconnect();
  }

  async #broker(nodeId: number | 'any'): Promise<Broker> {
    const { brokerPool } = this.#cluster;
    if (nodeId === 'any') return brokerPool.findConnectedBroker();
    // A broker that has joined the cluster since.
    if (!(nodeId in brokerPool.brokers)) await this.#cluster.refreshMetadata();
    const id = { nodeId: String(nodeId) };
    try {
      return await brokerPool.findBroker(id);
    } catch (error) {
      // Its address may have changed.
      if (!this.#isClosed) await this.#cluster.refreshMetadata().catch(() => undefined);
      throw error;
    }
  }
}
