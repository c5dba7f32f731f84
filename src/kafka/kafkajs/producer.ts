import type { IHeaders, Producer } from 'kafkajs';
import type { RawHeaders } from '../../core/records/fetched.js';
import type { OutgoingRecord, RecordProducer } from '../consumer-port.js';
import { RecordTooLargeError, UnknownPartitionError } from '../producer-errors.js';
import { protocolErrorType } from './errors.js';
import { NULL_HEADER } from './null-headers.js';

const TOO_LARGE: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

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

  async send({ topic, key = null, headers = {}, value, ...rest }: OutgoingRecord): Promise<void> {
    await this.#connect();
    const message = { ...rest, key: toBuffer(key), value: toBuffer(value), headers: toKafkaJs(headers) };
    try {
      const written = await this.producer.send({ topic, acks: -1, messages: [message] });
      // kafkajs says nothing of a record for a partition it does not know: it leaves it out.
      if (written.length === 0) throw new UnknownPartitionError(topic, message.partition);
    } catch (error) {
      if (TOO_LARGE.has(protocolErrorType(error) ?? ''))
        throw new RecordTooLargeError(topic, { cause: error });
      throw error;
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

function toBuffer(bytes: Uint8Array | string | null): Buffer | string | null {
  return bytes instanceof Uint8Array && !Buffer.isBuffer(bytes)
    ? Buffer.from(bytes)
    : (bytes as Buffer | null);
}

function toKafkaJs(headers: RawHeaders): IHeaders {
  const one = (value: Uint8Array | string | null): Buffer | string => toBuffer(value) ?? NULL_HEADER;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, isSeveral(value) ? value.map(one) : one(value)]];
    }),
  );
}

function isSeveral(
  value: Uint8Array | string | null | readonly (Uint8Array | string | null)[],
): value is readonly (Uint8Array | string | null)[] {
  return Array.isArray(value);
}
