import type { Broker, Cluster, Kafka } from 'kafkajs-pinned';
import type InternalBroker from 'kafkajs-pinned/src/broker/index.js';
import type BrokerPool from 'kafkajs-pinned/src/cluster/brokerPool.js';

/** A broker with the request that kafkajs's types leave out. */
export interface BrokerClient extends Broker {
  /** Looks up the first or last offsets of partitions. Throws if it fails for any of them. */
  listOffsets(request: {
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: string }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
}

/** kafkajs's own cluster client with the parts that its types leave out. */
export interface ClusterClient extends Cluster {
  /** The topics whose metadata it keeps up to date. */
  readonly targetTopics: Set<string>;
  readonly brokerPool: BrokerPool;
  findBroker(node: { nodeId: string }): Promise<BrokerClient>;
  findGroupCoordinator(group: { groupId: string }): Promise<BrokerClient & InternalBroker>;
}

/** Kafka's number for the isolation level `read_committed`. */
export const READ_COMMITTED = 1;
/** The same as in kafkajs's own clients, in ms. */
const METADATA_MAX_AGE_MS = 300_000;

/** @returns a cluster client outside of kafkajs's consumers, producers and admin clients */
export function createCluster(kafka: Kafka): ClusterClient {
  return clusterFactory(kafka).create({
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  });
}

/** @returns the method with which kafkajs creates a cluster client for each of its clients; its key is a symbol */
export function clusterFactory(kafka: Kafka): {
  readonly key: symbol;
  readonly create: (options: object) => ClusterClient;
} {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create: unknown = key && Reflect.get(kafka, key);
  if (key === undefined || typeof create !== 'function')
    throw new Error('this kafkajs is not 2.2.4: it has no factory of clusters');
  return { key, create: (options) => create.call(kafka, options) as ClusterClient };
}
