import type { Broker, Cluster, Kafka } from 'kafkajs';
import type BrokerPool from 'kafkajs/src/cluster/brokerPool.js';

/** A broker, with the request that kafkajs's types leave out. */
export interface ReadingBroker extends Broker {
  /** Where partitions end or begin; an error for any of them is thrown for all. */
  listOffsets(question: {
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

/** kafkajs's own view of the brokers, with the parts that its types leave out. */
export interface ReadingCluster extends Cluster {
  /** The topics whose metadata it keeps. */
  readonly targetTopics: Set<string>;
  readonly brokerPool: BrokerPool;
  findBroker(node: { nodeId: string }): Promise<ReadingBroker>;
}

/** Kafka's number for showing committed records only. */
export const READ_COMMITTED = 1;
/** As kafkajs's own clients have it, in ms. */
const METADATA_MAX_AGE_MS = 300_000;

/** A connection to the cluster that is no consumer, producer or admin client. */
export function createCluster(kafka: Kafka): ReadingCluster {
  return clusterFactory(kafka).create({
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  });
}

/** How kafkajs makes a cluster for each consumer, producer and admin client: by a method under a symbol of its own. */
export function clusterFactory(kafka: Kafka): {
  readonly key: symbol;
  readonly create: (options: object) => ReadingCluster;
} {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create: unknown = key && Reflect.get(kafka, key);
  if (key === undefined || typeof create !== 'function')
    throw new Error('this kafkajs is not 2.2.4: it makes no cluster');
  return { key, create: (options) => create.call(kafka, options) as ReadingCluster };
}
