import type { Kafka, Message, Producer, Transaction } from 'kafkajs';
import type { OutgoingRecord, TransactionalProducer } from '../consumer-port.js';
import { RecordTooLargeError, UnknownPartitionError } from '../producer-errors.js';
import { FencedError, protocolErrorType } from './errors.js';
import { toMessage } from './message.js';
import { partitioner } from './partitioner.js';

/**
 * An open transaction holds back everyone who reads committed records. One that was left behind by a crash
 * does so until its successor comes, or for this long.
 */
const TRANSACTION_TIMEOUT_MS = 15_000;
/** Half of what topics take in one batch, unless told otherwise. */
const SEND_BYTES = 512 * 1024;
/** Right after a commit the coordinator asks for patience, for some ms. */
const RETRY = { initialRetryTime: 20, maxRetryTime: 1_000, retries: 12 };

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING']);
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** What is sent in one request: records of one partition, or a single one whose partition its key chooses. */
interface Portion {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly messages: Message[];
  bytes: number;
}

/** A kafkajs producer of transactions, one after the other. */
export class KafkaJsTransactionalProducer implements TransactionalProducer {
  readonly #producer: Producer;
  #next: Transaction | undefined;

  constructor(
    kafka: Kafka,
    private readonly transactionalId: string,
  ) {
    this.#producer = kafka.producer({
      transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      createPartitioner: partitioner,
      maxInFlightRequests: 1,
      retry: RETRY,
    });
  }

  async open(): Promise<void> {
    await this.#producer.connect();
    // The first transaction is what takes the id over; the broker hears of it with its first record.
    this.#next = await this.#producer.transaction();
  }

  async write(records: readonly OutgoingRecord[]): Promise<void> {
    const transaction = this.#next ?? (await this.#producer.transaction());
    this.#next = undefined;
    try {
      for (const portion of portionsOf(records)) await send(transaction, portion);
      await transaction.commit();
    } catch (error) {
      // Where this fails as well, the next one to take the id over aborts it.
      if (transaction.isActive()) await transaction.abort().catch(() => undefined);
      throw FENCED.has(protocolErrorType(error) ?? '')
        ? new FencedError(this.transactionalId, { cause: error })
        : error;
    }
  }

  disconnect(): Promise<void> {
    return this.#producer.disconnect();
  }
}

/**
 * A partition at a time. Of a request to several leaders, kafkajs sends parts again, or not at all, where a
 * partition moves from one of them to another meanwhile.
 */
async function send(transaction: Transaction, { topic, partition, messages }: Portion): Promise<void> {
  try {
    const written = await transaction.send({ topic, messages, acks: -1 });
    // kafkajs says nothing of a record for a partition it does not know: it leaves it out.
    if (written.length === 0) throw new UnknownPartitionError(topic, partition);
  } catch (error) {
    if (TOO_LARGE.has(protocolErrorType(error) ?? '')) throw new RecordTooLargeError(topic, { cause: error });
    throw error;
  }
}

function portionsOf(records: readonly OutgoingRecord[]): Portion[] {
  const portions: Portion[] = [];
  const open = new Map<string, Portion>();
  for (const record of records) {
    const { topic, partition } = record;
    const message = toMessage(record);
    const bytes = sizeOf(message.key) + sizeOf(message.value);
    const current = partition === undefined ? undefined : open.get(`${topic}/${partition}`);
    if (current && current.bytes + bytes <= SEND_BYTES) {
      current.messages.push(message);
      current.bytes += bytes;
      continue;
    }
    const portion: Portion = { topic, partition, messages: [message], bytes };
    if (partition !== undefined) open.set(`${topic}/${partition}`, portion);
    portions.push(portion);
  }
  return portions;
}

function sizeOf(bytes: Buffer | string | null | undefined): number {
  return bytes === null || bytes === undefined ? 0 : Buffer.byteLength(bytes);
}
