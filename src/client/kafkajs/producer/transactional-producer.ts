import type { Kafka, Message, Producer, Transaction } from 'kafkajs';
import type { OutgoingRecord, TransactionalProducer } from '../../kafka-port.js';
import { RecordTooLargeError, UnknownPartitionError } from '../../producer-errors.js';
import { FencedError, ProducerNotOpenError, protocolErrorType } from '../errors.js';
import { toMessage } from './message.js';
import { sendPacked } from './packing.js';
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

/** What is sent in one request: records of one partition, or a single one whose partition its key chooses. */
interface Portion {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly messages: Message[];
  bytes: number;
}

/** A kafkajs producer that has taken its transactional id over, and its first transaction. */
interface Session {
  readonly producer: Producer;
  next: Transaction | undefined;
}

/**
 * A kafkajs producer of transactions, one after the other. Where the outcome of a request is not known, it is thrown
 * away: kafkajs goes on with the epoch and sequence number that the broker may have used already, and the broker would
 * take the next transaction's first record for a duplicate, acknowledge it and drop it.
 */
export class KafkaJsTransactionalProducer implements TransactionalProducer {
  #session: Session | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly transactionalId: string,
  ) {}

  async open(): Promise<void> {
    await this.#discard();
    const producer = this.kafka.producer({
      transactionalId: this.transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      createPartitioner: partitioner,
      maxInFlightRequests: 1,
      retry: RETRY,
    });
    this.#session = { producer, next: undefined };
    try {
      await producer.connect();
      // The first transaction is what takes the id over; the broker hears of it with its first record.
      this.#session.next = await producer.transaction();
    } catch (error) {
      await this.#discard();
      throw error;
    }
  }

  async write(records: readonly OutgoingRecord[]): Promise<void> {
    const session = this.#session;
    if (!session) throw new ProducerNotOpenError(this.transactionalId);
    let transaction: Transaction | undefined;
    try {
      transaction = session.next ?? (await session.producer.transaction());
      session.next = undefined;
      for (const portion of portionsOf(records)) await send(transaction, portion);
      await transaction.commit();
    } catch (error) {
      if (!(await isAborted(transaction, error))) await this.#discard();
      throw FENCED.has(protocolErrorType(error) ?? '')
        ? new FencedError(this.transactionalId, { cause: error })
        : error;
    }
  }

  async disconnect(): Promise<void> {
    await this.#discard();
  }

  async #discard(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.producer.disconnect();
  }
}

/**
 * Whether a failed transaction is known to be over. Only a record that is refused for what it is leaves no doubt of
 * what was written before it; and only an abort that is answered ends its transaction.
 */
async function isAborted(transaction: Transaction | undefined, error: unknown): Promise<boolean> {
  const isRefusal = error instanceof RecordTooLargeError || error instanceof UnknownPartitionError;
  if (!transaction?.isActive()) return false;
  try {
    await transaction.abort();
    return isRefusal;
  } catch {
    // The next one to take the id over aborts it.
    return false;
  }
}

/**
 * A partition at a time. Of a request to several leaders, kafkajs sends parts again, or not at all, where a
 * partition moves from one of them to another meanwhile.
 */
async function send(transaction: Transaction, { topic, partition, messages }: Portion): Promise<void> {
  const written = await sendPacked(topic, messages, (compression) =>
    transaction.send({ topic, messages, compression, acks: -1 }),
  );
  // kafkajs says nothing of a record for a partition it does not know: it leaves it out.
  if (written.length === 0) throw new UnknownPartitionError(topic, partition);
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
