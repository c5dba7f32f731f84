import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs-pinned';
import { persistent } from './persistent.js';

/** What `pick` returns for each current record of a topic. */
export function readLog<T>(
  kafka: Kafka,
  topic: string,
  pick: (message: KafkaMessage) => T | undefined,
): Promise<T[]> {
  return persistent(async () => {
    const picked: T[] = [];
    await read(kafka, topic, (message) => {
      const wanted = pick(message);
      if (wanted !== undefined) picked.push(wanted);
    });
    return picked;
  });
}

async function read(kafka: Kafka, topic: string, take: (message: KafkaMessage) => void): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map<number, bigint>();
  const next = new Map<number, bigint>();
  try {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (BigInt(high) > BigInt(low)) ends.set(partition, BigInt(high));
    }
  } finally {
    await admin.disconnect();
  }
  if (ends.size === 0) return;

  const consumer = kafka.consumer({ groupId: `audit-${randomUUID()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  try {
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      const running = consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: true,
        eachBatch: ({ batch }) => {
          const end = ends.get(batch.partition);
          for (const message of batch.messages) {
            const offset = BigInt(message.offset);
            // A consumer that has to rejoin reads from the start again.
            if (end === undefined || offset >= end || offset < (next.get(batch.partition) ?? 0n)) continue;
            next.set(batch.partition, offset + 1n);
            take(message);
          }
          if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) ends.delete(batch.partition);
          if (ends.size === 0) resolve();
          return Promise.resolve();
        },
      });
      running.catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}
