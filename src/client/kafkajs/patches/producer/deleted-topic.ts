import type { Kafka } from 'kafkajs-pinned';
import { clusterFactory, type ClusterClient } from '../../cluster.js';
import { isUnknownTopic } from '../../errors.js';

/**
 * Lets the producers of a client forget the topics that they wrote to once one of them no longer exists.
 *
 * - Defect: `Cluster.refreshMetadata` (`cluster/index.js`) requests all topics that a producer ever wrote to, and
 *   fails for all of them if one does not exist.
 * - Effect: after one dead-letter topic is deleted, no dead letter can be written to any topic.
 * - Test: `test/integration/failing/deleted-topics.test.ts`.
 * - Unnecessary when kafkajs drops an unknown topic from the topics that it asks for.
 *
 * @returns the same client
 */
export function forgetDeletedTopics(kafka: Kafka): Kafka {
  const { key, create } = clusterFactory(kafka);
  Reflect.set(kafka, key, (options: object) => forgettingDeletedTopics(create(options)));
  return kafka;
}

function forgettingDeletedTopics(cluster: ClusterClient): ClusterClient {
  const refresh = cluster.refreshMetadata.bind(cluster);
  const refreshIfNecessary = cluster.refreshMetadataIfNecessary.bind(cluster);
  const forgetting = async (request: () => Promise<void>): Promise<void> => {
    try {
      await request();
    } catch (error) {
      if (!isUnknownTopic(error) || cluster.targetTopics.size === 0) throw error;
      // Topics that are still written to are added again by their next record.
      cluster.targetTopics.clear();
      await refresh();
    }
  };
  cluster.refreshMetadata = () => forgetting(refresh);
  cluster.refreshMetadataIfNecessary = () => forgetting(refreshIfNecessary);
  return cluster;
}
