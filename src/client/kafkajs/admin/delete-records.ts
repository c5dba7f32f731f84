import type { Kafka } from 'kafkajs';
import type { Offset } from '../../../pipeline/index.js';

/** Deletes what lies before an offset of each of these partitions, for good. */
export async function deleteRecordsBefore(
  kafka: Kafka,
  topic: string,
  offsets: ReadonlyMap<number, Offset>,
): Promise<void> {
  const admin = kafka.admin();
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
