import type { Kafka } from 'kafkajs-pinned';
import { withAdmin } from '../kafka/index.js';
import { ordersTopic } from './topics.js';

/** Number of dead letters among the orders, two of which are invalid on purpose. */
export async function deadOrders(kafka: Kafka): Promise<number> {
  return withAdmin(kafka, async (admin) => {
    const topic = `${ordersTopic}.dlt`;
    if (!(await admin.listTopics()).includes(topic)) return 0;
    const partitions = await admin.fetchTopicOffsets(topic);
    return partitions.reduce((sum, { low, high }) => sum + Number(BigInt(high) - BigInt(low)), 0);
  });
}
