import type { Admin, Kafka } from 'kafkajs-pinned';
import { deadLetterTopicOf } from '../../src/redelivery/index.js';
import { createTopics, withAdmin } from '../kafka/index.js';
import type { DemoNames } from './environment.js';
import { PARTITIONS } from './transfers.js';

/** Creates the topic of the transfers. */
export async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  await withAdmin(kafka, (admin) => createTopics(admin, [{ topic, numPartitions: PARTITIONS }]));
}

/** Deletes the topics and the group of the demo in an existing Kafka, as far as permitted. */
export async function deleteAll(kafka: Kafka, { topic, group }: DemoNames): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    const mine = new Set([topic, deadLetterTopicOf(topic)]);
    const topics = (await admin.listTopics()).filter((each) => mine.has(each));
    await admin.deleteTopics({ topics });
    await admin.deleteGroups([group]);
  }).catch(() => undefined);
}

/** Whether the group has `members` members, each with a partition. */
export async function isShared(admin: Admin, group: string, members: number): Promise<boolean> {
  const [described] = (await admin.describeGroups([group])).groups;
  return described?.state === 'Stable' && described.members.length === members;
}

/** The number of records that the group has not committed. */
export async function lagOf(admin: Admin, { topic, group }: DemoNames): Promise<number> {
  const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  return ends
    .map(({ partition, low, high }) => {
      const offset = Number(committed?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
      return Number(high) - (offset < 0 ? Number(low) : offset);
    })
    .reduce((sum, lag) => sum + lag, 0);
}
