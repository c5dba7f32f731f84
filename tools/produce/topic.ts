import type { Kafka } from 'kafkajs-pinned';
import { withAdmin } from '../kafka/client.js';
import { createTopics } from '../kafka/create-topics.js';
import { messageOf, ToolError } from '../tool-error.js';

/**
 * Ensures that the topic exists.
 * @param partitions number of partitions of a topic to create; undefined creates none
 */
export async function requireTopic(
  kafka: Kafka,
  brokers: string,
  topic: string,
  partitions: number | undefined,
): Promise<void> {
  await connected(brokers, () =>
    withAdmin(kafka, async (admin) => {
      const known = await admin.listTopics();
      if (known.includes(topic)) return;
      if (partitions === undefined) {
        throw new ToolError(
          'NO_TOPIC',
          `Topic ${topic} does not exist at ${brokers}. Add --create to create it, with --partitions N for more than one.`,
        );
      }
      await createTopics(admin, [{ topic, numPartitions: partitions }]);
      console.error(
        `Created topic ${topic} with ${partitions} ${partitions === 1 ? 'partition' : 'partitions'}.`,
      );
    }),
  );
}

async function connected(brokers: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ToolError) throw error;
    const hint = 'Start one with `npm run kafka`, or name its brokers with --brokers or KAFKA_BROKERS.';
    throw new ToolError('NO_KAFKA', `Kafka at ${brokers}: ${messageOf(error)}. ${hint}`, { cause: error });
  }
}
