import { kafkaClient, withAdmin } from '../../dist/tools/kafka/index.js';

/**
 * Queries the committed offsets of a group.
 * @returns {Promise<string | undefined>} the partitions that are not committed to their end; undefined if all are
 */
export function committedEverything({ bootstrap, groupId, topics }) {
  return withAdmin(kafkaClient(bootstrap), async (admin) => {
    const short = [];
    const committed = await admin.fetchOffsets({ groupId, topics });
    for (const { topic, partitions } of committed) {
      const offsets = new Map(partitions.map(({ partition, offset }) => [partition, offset]));
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        const offset = offsets.get(partition) ?? 'nothing';
        if (high !== '0' && offset !== high) short.push(`${topic}[${partition}] ${offset} of ${high}`);
      }
    }
    return short.length > 0 ? short.slice(0, 5).join(', ') : undefined;
  });
}
