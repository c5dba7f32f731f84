import type { Admin, Kafka } from 'kafkajs';
import { type Offset, toOffset } from '../../../pipeline/index.js';

/** Deletes what lies before an offset of each of these partitions, for good. */
export function deleteRecordsBefore(
  kafka: Kafka,
  topic: string,
  offsets: ReadonlyMap<number, Offset>,
): Promise<void> {
  return withAdmin(kafka, (admin) => deleteBefore(admin, topic, offsets));
}

/** Deletes what lies before the offset that a group has committed in each of these partitions, for good. */
export function deleteCommittedRecords(
  kafka: Kafka,
  groupId: string,
  topic: string,
  partitions: ReadonlySet<number>,
): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = (answer?.partitions ?? [])
      // Where nothing is committed, the offset is -1; for DeleteRecords that would mean all that there is.
      .filter(({ partition, offset }) => partitions.has(partition) && /^[1-9]/.test(offset))
      .map(({ partition, offset }) => [partition, toOffset(offset)] as const);
    if (committed.length > 0) await deleteBefore(admin, topic, new Map(committed));
  });
}

async function deleteBefore(
  admin: Admin,
  topic: string,
  offsets: ReadonlyMap<number, Offset>,
): Promise<void> {
  // Only after this does it know the topic's leaders; it does not look for them itself.
  await admin.fetchTopicOffsets(topic);
  const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset }));
  await admin.deleteTopicRecords({ topic, partitions });
}

async function withAdmin(kafka: Kafka, work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
