import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs-pinned';

const WAIT_MS = 20_000;

/**
 * Creates topics; resolves once the leader of every partition answers. kafkajs's own wait fails at a broker that does not
 * know the topic yet.
 * @throws the last error if a leader is still missing after 20 s
 */
export async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics });
  const deadline = Date.now() + WAIT_MS;
  for (const { topic, numPartitions = 1 } of topics) {
    while ((await partitionsServed(admin, topic, deadline)) < numPartitions) await delay(50);
  }
}

async function partitionsServed(admin: Admin, topic: string, deadline: number): Promise<number> {
  try {
    return (await admin.fetchTopicOffsets(topic)).length;
  } catch (error) {
    if (Date.now() >= deadline) throw error;
    return 0;
  }
}
