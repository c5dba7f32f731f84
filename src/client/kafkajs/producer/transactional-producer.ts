import type { Kafka, Message, Producer, Transaction } from 'kafkajs-pinned';
import type { OutgoingRecord, TransactionalProducer } from '../../kafka-port.js';
import { RecordTooLargeError, UnknownPartitionError } from '../../producer-errors.js';
import { FencedError, ProducerNotOpenError, protocolErrorType } from '../errors.js';
import { toMessage } from './message.js';
import { sendPacked } from './packing.js';
import { partitioner } from './partitioner.js';

/**
 * An open transaction delays all readers of committed records. One that a crash left open is aborted by the next
 * producer with its id, or after this time, in ms.
 */
const TRANSACTION_TIMEOUT_MS = 15_000;
/** Half of the default `max.message.bytes`. */
const SEND_BYTES = 512 * 1024;
/** Right after a commit, the coordinator rejects the next transaction for some ms (CONCURRENT_TRANSACTIONS). */
const RETRY = { initialRetryTime: 20, maxRetryTime: 1_000, retries: 12 };

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING']);

/** The messages of one request: those of one partition, or one message whose partition is chosen by its key. */
interface Part {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly messages: Message[];
  bytes: number;
}

/** A kafkajs producer that has taken over its transactional id. */
interface Session {
  readonly producer: Producer;
  /** The transaction that was begun to take over the id; the next write uses it. */
  next: Transaction | undefined;
}

/**
 * Writes transactions one after the other with a kafkajs producer. If the outcome of a request is unknown, the
 * producer is discarded: kafkajs would continue with an epoch and sequence number that the broker may already have
 * used, and the broker would treat the next record as a duplicate, acknowledge it and drop it.
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
      // Beginning the first transaction takes over the id; the broker learns about the transaction with its first record.
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
      for (const part of partsOf(records)) await send(transaction, part);
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
 * Aborts a failed transaction.
 * @returns whether it certainly had no effect: the broker rejected a record, and the abort was acknowledged
 */
async function isAborted(transaction: Transaction | undefined, error: unknown): Promise<boolean> {
  const isRejected = error instanceof RecordTooLargeError || error instanceof UnknownPartitionError;
  if (!transaction?.isActive()) return false;
  try {
    await transaction.abort();
    return isRejected;
  } catch {
    // The next producer that takes over the id aborts it.
    return false;
  }
}

/**
 * Sends the messages of one partition. If kafkajs sends to several leaders at once, and a partition moves from one to
 * another meanwhile, it sends some messages twice or not at all.
 */
async function send(transaction: Transaction, { topic, partition, messages }: Part): Promise<void> {
  const written = await sendPacked(topic, messages, (compression) =>
    transaction.send({ topic, messages, compression, acks: -1 }),
  );
  // kafkajs silently omits records for partitions that it does not know.
  if (written.length === 0) throw new UnknownPartitionError(topic, partition);
}

function partsOf(records: readonly OutgoingRecord[]): Part[] {
  const parts: Part[] = [];
  const open = new Map<string, Part>();
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
    const part: Part = { topic, partition, messages: [message], bytes };
    if (partition !== undefined) open.set(`${topic}/${partition}`, part);
    parts.push(part);
  }
  return parts;
}

function sizeOf(bytes: Buffer | string | null | undefined): number {
  return bytes === null || bytes === undefined ? 0 : Buffer.byteLength(bytes);
}
