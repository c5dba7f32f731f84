import type { Producer } from 'kafkajs';
import type { RecordProducer } from '../consumer-port.js';
import { UnknownPartitionError } from './errors.js';

/** A kafkajs producer that connects with its first record. */
export class KafkaJsProducer implements RecordProducer {
  readonly #native: Producer;
  #connected: Promise<void> | undefined;

  constructor(private readonly producer: Producer) {
    this.#native = {
      ...producer,
      send: async (record) => {
        await this.#connect();
        return producer.send(record);
      },
      sendBatch: async (batch) => {
        await this.#connect();
        return producer.sendBatch(batch);
      },
    };
  }

  async send({ topic, ...message }: Parameters<RecordProducer['send']>[0]): Promise<void> {
    await this.#connect();
    const written = await this.producer.send({ topic, acks: -1, messages: [message] });
    // kafkajs says nothing of a record for a partition it does not know: it leaves it out.
    if (written.length === 0) throw new UnknownPartitionError(topic, message.partition);
  }

  native(): Producer {
    return this.#native;
  }

  async disconnect(): Promise<void> {
    if (this.#connected) await this.producer.disconnect();
  }

  async #connect(): Promise<void> {
    this.#connected ??= this.producer.connect();
    try {
      await this.#connected;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
  }
}
