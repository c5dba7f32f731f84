import type { Broker, Cluster, Kafka } from 'kafkajs';
import type BrokerPool from 'kafkajs/src/cluster/brokerPool.js';

/** kafkajs's own view of the brokers, with the parts that its types leave out. */
export interface ReadingCluster extends Cluster {
  /** The topics whose metadata it keeps. */
  readonly targetTopics: Set<string>;
  readonly brokerPool: BrokerPool;
  findBroker(node: { nodeId: string }): Promise<Broker>;
}

/** Kafka's number for showing committed records only. */
export const READ_COMMITTED = 1;
/** As kafkajs's own clients have it, in ms. */
const METADATA_MAX_AGE_MS = 300_000;

/**
 * A connection to the cluster that is no consumer, producer or admin client. kafkajs makes one for each of
 * those, by a method under a symbol of its own.
 */
export function createCluster(kafka: Kafka): ReadingCluster {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create: unknown = key && Reflect.get(kafka, key);
  if (typeof create !== 'function') throw new Error('this kafkajs is not 2.2.4: it makes no cluster');
  return create({
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  }) as ReadingCluster;
}
