import type { Admin, Kafka } from 'kafkajs-pinned';
import { createTopics as createTopicsAndWait, withAdmin } from '../kafka/index.js';

/** The topics that get the input's lines: the four ways to read and to commit. */
export const tutorialTopics = [
  'tutorial.one-by-one',
  'tutorial.batches',
  'tutorial.auto-commit',
  'tutorial.manual-commit',
] as const;

/** The topic that gets the demo's orders. */
export const ordersTopic = 'orders';

export const allTopics: readonly string[] = [...tutorialTopics, ordersTopic];

/** The position of a group in one partition. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly end: bigint;
  /** Undefined if the group has not committed. */
  readonly committed: bigint | undefined;
  readonly lag: bigint;
}

/** Creates the missing topics. */
export async function createTopics(kafka: Kafka): Promise<void> {
  const wanted = [
    ...tutorialTopics.map((topic) => ({ topic, numPartitions: 2 })),
    { topic: ordersTopic, numPartitions: 3 },
  ];
  await withAdmin(kafka, async (admin) => {
    const known = new Set(await admin.listTopics());
    const topics = wanted.filter(({ topic }) => !known.has(topic));
    if (topics.length > 0) await createTopicsAndWait(admin, topics);
  });
}

/** The position of the group in each partition of the demo's topics. */
export async function positions(admin: Admin, group: string): Promise<Position[]> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [...allTopics] });
  const byTopic = await Promise.all(
    allTopics.map(async (topic) => {
      const mine = committed.find((entry) => entry.topic === topic)?.partitions ?? [];
      const ends = await admin.fetchTopicOffsets(topic);
      return ends
        .map(({ partition, low, high }) => {
          const offset = BigInt(mine.find((entry) => entry.partition === partition)?.offset ?? -1);
          const from = offset < 0n ? BigInt(low) : offset;
          const lag = BigInt(high) - from;
          return { topic, partition, end: BigInt(high), committed: offset < 0n ? undefined : offset, lag };
        })
        .toSorted((a, b) => a.partition - b.partition);
    }),
  );
  return byTopic.flat();
}
