import { CompressionTypes, type Kafka, Partitioners } from 'kafkajs-pinned';
import { messageOf, ToolError } from '../tool-error.js';
import type { OutgoingRecord } from './batches.js';

/** Sends batches to one topic; each is stored by all in-sync replicas before the next is sent. */
export interface Sender {
  send(batch: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Connects a producer. One request at a time keeps the order of the input within each partition. */
export async function openSender(kafka: Kafka, topic: string): Promise<Sender> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    async send(batch) {
      const messages = batch.map(({ key, value }) => ({ key, value }));
      try {
        await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.None });
      } catch (error) {
        throw explained(error, topic, batch);
      }
    },
    close: () => producer.disconnect(),
  };
}

function explained(error: unknown, topic: string, batch: readonly OutgoingRecord[]): ToolError {
  // kafkajs wraps the broker's error in an error about its retries.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const [first, last] = [batch[0]?.lineNumber, batch.at(-1)?.lineNumber];
  const where = first === last ? `line ${first}` : `lines ${first} to ${last}`;
  return new ToolError('SEND_FAILED', `Kafka did not accept ${where} for ${topic}: ${messageOf(cause)}`, {
    cause: error,
  });
}
