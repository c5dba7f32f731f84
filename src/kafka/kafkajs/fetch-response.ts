import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { ByteReader } from './byte-reader.js';
import { MAGIC } from './batch-context.js';
import type { LogRecord } from './log-record.js';
import { PackedMessages } from './packed-messages.js';
import { MAGIC_AT, readRecordBatch, type RecordBatch } from './record-batch.js';

type FetchResponse = Awaited<ReturnType<typeof fetchResponse.decode>>;
type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];
type FetchedMessage = FetchedPartition['messages'][number];

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: bigint;
}

const ABORT = 0;

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
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topicName = reader.text(reader.int16());
    const partitions: FetchedPartition[] = [];
    for (let count = reader.int32(); count > 0; count--) partitions.push(await readPartition(reader));
    responses.push({ topicName, partitions });
  }
  // A throttle time of 0, as in kafkajs: the broker has not waited, the client is to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function readPartition(reader: ByteReader): Promise<FetchedPartition> {
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
  const messages = await readLog(log, aborted);
  // Left empty: what was aborted is out already.
  return { ...head, abortedTransactions: [], preferredReadReplica, messages };
}

/** What a reader gets to see, packed. */
async function readLog(log: Buffer, aborted: readonly AbortedTransaction[]): Promise<FetchedMessage[]> {
  if (log.length > MAGIC_AT && log[MAGIC_AT] !== MAGIC) return decodeMessageSet(new Decoder(log), log.length);
  const reader = new ByteReader(log);
  const transactions = new Transactions(aborted);
  const records: LogRecord[] = [];
  let end: bigint | undefined;
  for (let batch = readRecordBatch(reader); batch; batch = readRecordBatch(reader)) {
    end = batch.lastOffset;
    if (!(await transactions.admits(batch))) continue;
    for (const record of await batch.records()) records.push(record);
  }
  if (end === undefined) return [];
  return [new PackedMessages(String(end), records)];
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
