import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { ByteReader } from './byte-reader.js';
import { MAGIC } from './batch-context.js';
import type { LogRecord } from './log-record.js';
import { PackedMessages } from './packed-messages.js';
import { MAGIC_AT, readRecordBatch, type RecordBatch } from './record-batch.js';
import { UnreadableBatchError, UnreadableMessages } from './unreadable.js';

type FetchResponse = Awaited<ReturnType<typeof fetchResponse.decode>>;
type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];
type FetchedMessage = FetchedPartition['messages'][number];

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: bigint;
}

const ABORT = 0;
/** What the answer to one fetch may unpack to, but for its last batch. */
const MAX_UNPACKED_BYTES = 67_108_864;

/**
 * Has kafkajs read the answers of a fetch by the functions below, once a process. Its own:
 * - let records of aborted transactions through where several overlap, where a fetch begins within them, or
 *   where a record's key is four zero bytes;
 * - ask for ever for a batch that a compaction has emptied, and crawl offset by offset through what one has
 *   taken from a batch's end;
 * - overflow the stack at a batch of some 100,000 records;
 * - put functions among headers that are called like a method of every object.
 *
 * Brokers before 2.3 answer in older versions, and are still read by kafkajs.
 */
export function installFetchResponse(): void {
  fetchResponse.decode = decodeFetchResponse;
}

/** Reads a fetch response of version 11. */
export async function decodeFetchResponse(bytes: Buffer): Promise<FetchResponse> {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses: FetchResponse['responses'] = [];
  const room = new Room();
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topicName = reader.text(reader.int16());
    const partitions: FetchedPartition[] = [];
    for (let count = reader.int32(); count > 0; count--)
      partitions.push(await readPartition(reader, topicName, room));
    responses.push({ topicName, partitions });
  }
  // A throttle time of 0, as in kafkajs: the broker has not waited, the client is to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function readPartition(reader: ByteReader, topic: string, room: Room): Promise<FetchedPartition> {
  const head = {
    partition: reader.int32(),
    errorCode: reader.int16(),
    highWatermark: String(reader.int64()),
    lastStableOffset: String(reader.int64()),
    lastStartOffset: String(reader.int64()),
  };
  const aborted = reader.array(reader.int32(), () => ({
    producerId: String(reader.int64()),
    firstOffset: reader.int64(),
  }));
  const preferredReadReplica = reader.int32();
  const log = reader.slice(reader.int32()) ?? Buffer.alloc(0);
  const messages = await readLog({ topic, partition: head.partition, log, aborted }, room);
  // Left empty: what was aborted is out already.
  return { ...head, abortedTransactions: [], preferredReadReplica, messages };
}

/** What of a partition's log was fetched. */
interface FetchedLog {
  readonly topic: string;
  readonly partition: number;
  readonly log: Buffer;
  readonly aborted: readonly AbortedTransaction[];
}

/**
 * How much one answer may unpack to: batches beyond it are left for the next fetch. Each is bounded by itself, but
 * an answer can bring many.
 */
class Room {
  #left = MAX_UNPACKED_BYTES;

  get isUsedUp(): boolean {
    return this.#left <= 0;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }
}

/** What a reader gets to see, packed: all that comes before a batch that can't be read; then that batch alone. */
async function readLog(fetched: FetchedLog, room: Room): Promise<FetchedMessage[]> {
  const { topic, partition, log } = fetched;
  const reader = new ByteReader(log);
  const records: LogRecord[] = [];
  const transactions = new Transactions(fetched.aborted);
  let end: bigint | undefined;
  let at = 0;
  try {
    if (log.length > MAGIC_AT && log[MAGIC_AT] !== MAGIC) return await readOldLog(log);
    while (!room.isUsedUp) {
      at = reader.at;
      const batch = readRecordBatch(reader);
      if (!batch) break;
      const visible = (await transactions.admits(batch)) ? await batch.records() : [];
      for (const record of visible) records.push(record);
      room.take(batch.unpackedBytes);
      end = batch.lastOffset;
    }
    if (end !== undefined) return [new PackedMessages(String(end), records)];
    if (log.length === 0 || room.isUsedUp) return [];
    throw new RangeError('it is cut off, or no batch at all');
  } catch (error) {
    if (end !== undefined) return [new PackedMessages(String(end), records)];
    const offset = log.length >= at + 8 ? String(log.readBigInt64BE(at)) : 'unknown';
    return [new UnreadableMessages(new UnreadableBatchError(topic, partition, offset, error))];
  }
}

/** The formats before Kafka 0.11, which kafkajs reads: it takes what it does not know for nothing. */
async function readOldLog(log: Buffer): Promise<FetchedMessage[]> {
  const messages = await decodeMessageSet(new Decoder(log), log.length);
  if (messages.length === 0) throw new RangeError(`it is of format ${log[MAGIC_AT]}, or cut off`);
  return messages;
}

/**
 * Which producers are within an aborted transaction, batch by batch, as Kafka's own consumer tells it. The
 * broker lists transactions in the order in which they ended.
 */
class Transactions {
  readonly #upcoming: AbortedTransaction[];
  readonly #aborting = new Set<string>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#upcoming = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  /** Whether the batch's records are for readers; batches must come in the log's order. */
  async admits(batch: RecordBatch): Promise<boolean> {
    let next = this.#upcoming[0];
    while (next && next.firstOffset <= batch.lastOffset) {
      this.#aborting.add(next.producerId);
      this.#upcoming.shift();
      next = this.#upcoming[0];
    }
    const { producerId, inTransaction, isControlBatch } = batch.context;
    if (!isControlBatch) return !inTransaction || !this.#aborting.has(producerId);
    const [marker] = await batch.records();
    // A marker's key is its version and its type, two bytes each.
    if (marker?.key?.readInt16BE(2) === ABORT) this.#aborting.delete(producerId);
    return false;
  }
}
