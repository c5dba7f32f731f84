import kafkajs, { type CompressionTypes, type Producer, type RecordMetadata } from 'kafkajs-pinned';
import type { OutgoingRecord, RecordProducer } from '../../kafka-port.js';
import { RecordRefusedError, RecordTooLargeError, UnknownPartitionError } from '../../producer-errors.js';
import { protocolErrorType } from '../errors.js';
import { explainAccess } from '../explain-access.js';
import { toMessage } from './message.js';
import { bytesOf, sendPacked } from './packing.js';
import { SendQueue } from './send-queue.js';

/** A kafkajs producer that connects when it sends its first record. */
export class KafkaJsProducer implements RecordProducer {
  readonly #native: Producer;
  readonly #queue = new SendQueue((topic, messages) => {
    const send = (compression: CompressionTypes): Promise<RecordMetadata[]> =>
      this.producer.send({ topic, acks: -1, compression, messages: [...messages] });
    // If a request with several messages is rejected, the queue sends each again by itself, and then packed.
    return messages.length > 1 ? send(kafkajs.CompressionTypes.None) : sendPacked(topic, messages, send);
  });
  #connected: Promise<void> | undefined;

  constructor(private readonly producer: Producer) {
    this.#native = {
      ...producer,
      connect: () => this.#connect(),
      // A handler must not disconnect it: the service writes dead letters with it.
      disconnect: () => Promise.resolve(),
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

  async send(record: OutgoingRecord): Promise<void> {
    const { topic, partition } = record;
    try {
      await this.#connect();
      const message = toMessage(record);
      const isWritten = await this.#queue.send(topic, message, bytesOf([message]));
      if (!isWritten) throw new UnknownPartitionError(topic, partition);
    } catch (error) {
      if (error instanceof RecordTooLargeError) throw error;
      if (protocolErrorType(error) === 'INVALID_RECORD')
        throw new RecordRefusedError(topic, { cause: error });
      throw explainAccess(error, { operations: ['Write'], topics: [topic] });
    }
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
