import type { Kafka } from 'kafkajs';
import { clusterMaker, type ReadingCluster } from '../cluster.js';
import { isUnknownTopic } from '../errors.js';

/**
 * Lets producers of this Kafka forget the topics that they wrote to, once one of them is gone. kafkajs asks for all of
 * them together, for as long as the producer lives, and takes the answer that one does not exist for an error of all:
 * a dead-letter topic that somebody deletes would end every dead letter, in all topics.
 * @returns the same Kafka
 */
export function forgetDeletedTopics(kafka: Kafka): Kafka {
  const { key, create } = clusterMaker(kafka);
  Reflect.set(kafka, key, (options: object) => forgetful(create(options)));
  return kafka;
}

function forgetful(cluster: ReadingCluster): ReadingCluster {
  const refresh = cluster.refreshMetadata.bind(cluster);
  const refreshIfNecessary = cluster.refreshMetadataIfNecessary.bind(cluster);
  const forgetting = async (ask: () => Promise<void>): Promise<void> => {
    try {
      await ask();
    } catch (error) {
      if (!isUnknownTopic(error) || cluster.targetTopics.size === 0) throw error;
      // Those that are written to are added again, each by the next record for it.
      cluster.targetTopics.clear();
      await refresh();
    }
  };
  cluster.refreshMetadata = () => forgetting(refresh);
  cluster.refreshMetadataIfNecessary = () => forgetting(refreshIfNecessary);
  return cluster;
}
