import type { Admin, Kafka } from 'kafkajs';
import type { Offset } from '../../core/records/offset.js';
import type { TopicSpec } from '../consumer-port.js';
import { protocolErrorType } from './errors.js';
import { explainAccess } from './explain-access.js';

/** Sees to topics that the service itself writes to. */
export class TopicAdmin {
  constructor(private readonly kafka: Kafka) {}

  /** @returns how many partitions the topic has */
  async ensure({ topic, like, config = {}, grow = false }: TopicSpec): Promise<number> {
    const admin = this.kafka.admin();
    let isThere = false;
    try {
      await admin.connect();
      const wanted = await partitionsOf(admin, like);
      const found = await partitionsOf(admin, topic);
      if (found >= wanted || (found > 0 && !grow)) return found;
      isThere = found > 0;
      if (isThere) await admin.createPartitions({ topicPartitions: [{ topic, count: wanted }] });
      else await create(admin, topic, Math.max(1, wanted), config);
      return await partitionsOf(admin, topic);
    } catch (error) {
      throw explainAccess(error, { operations: isThere ? ['Alter'] : ['Create', 'Write'], topics: [topic] });
    } finally {
      await admin.disconnect();
    }
  }

  async deleteBefore(topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      // Only after this does it know the topic's leaders; it does not look for them itself.
      await admin.fetchTopicOffsets(topic);
      const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset }));
      await admin.deleteTopicRecords({ topic, partitions });
    } finally {
      await admin.disconnect();
    }
  }
}

async function create(
  admin: Admin,
  topic: string,
  numPartitions: number,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  // A replication factor of -1 is the broker's default. Another member may have made it meanwhile: that is fine.
  await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: -1, configEntries }] });
}

/** 0 where there is no such topic. */
async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  } catch (error) {
    if (protocolErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return 0;
    throw error;
  }
}
