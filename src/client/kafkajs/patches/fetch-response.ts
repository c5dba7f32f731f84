import fetchRequests, { type PartitionRequest } from 'kafkajs/src/protocol/requests/fetch/index.js';
import type { FetchResponse } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { ByteReader } from '../../protocol/byte-reader.js';
import { encodeFetchRequest } from './fetch-request.js';
import { keepFetchOrder, unshuffled } from './fetch-order.js';
import { onceAProcess } from './once-a-process.js';
import { AnswerLimits, readLog } from '../decoding/partition-log.js';
import { ReadingTurns } from '../../protocol/reading-turns.js';

type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** The version whose answers are read here: that of brokers since 2.3. */
const VERSION = 11;
/** What the answer to one fetch may unpack to, but for its last batch. */
const MAX_UNPACKED_BYTES = 67_108_864;
/** How many records a partition may bring in one answer, unless more may be in flight. */
const MAX_RECORDS = 10_000;

/** What is asked of a broker in one fetch; its own order is how an answer that is full was filled. */
export type FetchRequest = readonly {
  readonly topic: string;
  readonly partitions: readonly Pick<PartitionRequest, 'partition' | 'fetchOffset'>[];
}[];

interface ReadOptions {
  /** What was asked for. Without it, batches are read from their first record. */
  readonly asked?: FetchRequest;
  /** How many records a partition may bring. */
  readonly maxRecords?: number;
}

/**
 * Has kafkajs write fetch requests by `encodeFetchRequest`, and read the answers by the functions below, once a process. Its own:
 * - let records of aborted transactions through where several overlap, where a fetch begins within them, or
 *   where a record's key is four zero bytes;
 * - ask for ever for a batch that a compaction has emptied, and crawl offset by offset through what one has
 *   taken from a batch's end;
 * - overflow the stack at a batch of some 100,000 records;
 * - put functions among headers that are called like a method of every object;
 * - verify no checksum, believe every offset, and make all records of an answer at once.
 *
 * Brokers before 2.3 answer in older versions, and are still read by kafkajs.
 *
 * @param maxInFlight how many records may be in flight: a partition may bring as many in one answer
 */
export function installFetchResponse(maxInFlight: number): void {
  maxRecords = Math.max(MAX_RECORDS, maxInFlight);
  install();
}

let maxRecords = MAX_RECORDS;
const install = onceAProcess(() => {
  keepFetchOrder();
  const { protocol } = fetchRequests;
  fetchRequests.protocol = ({ version }) => {
    const make = protocol({ version });
    if (Number(version) !== VERSION) return make;
    return (request) => {
      const asked = unshuffled(request.topics);
      const made = make({ ...request, topics: asked });
      const decode = (bytes: Buffer): Promise<FetchResponse> =>
        decodeFetchResponse(bytes, { asked, maxRecords });
      const encode = async () => encodeFetchRequest({ ...request, topics: asked });
      return {
        ...made,
        request: { ...made.request, encode },
        response: { ...made.response, decode },
      };
    };
  };
});

/** Reads a fetch response of version 11. */
export async function decodeFetchResponse(
  bytes: Buffer,
  { asked = [], maxRecords: most = MAX_RECORDS }: ReadOptions = {},
): Promise<FetchResponse> {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses: FetchResponse['responses'] = [];
  const limits = new AnswerLimits(MAX_UNPACKED_BYTES, most);
  const turns = new ReadingTurns();
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topicName = reader.text(reader.int16());
    const partitions: FetchedPartition[] = [];
    const askedOfTopic = asked.filter(({ topic }) => topic === topicName);
    for (let count = reader.int32(); count > 0; count--) {
      partitions.push(await readPartition(reader, topicName, askedOfTopic, limits, turns));
      if (turns.isSpent) await turns.next();
    }
    responses.push({ topicName, partitions });
  }
  // A throttle time of 0, as in kafkajs: the broker has not waited, the client is to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function readPartition(
  reader: ByteReader,
  topic: string,
  asked: FetchRequest,
  limits: AnswerLimits,
  turns: ReadingTurns,
): Promise<FetchedPartition> {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = String(reader.int64());
  const lastStartOffset = String(reader.int64());
  const aborted = reader.array(reader.int32(), () => ({
    producerId: String(reader.int64()),
    firstOffset: reader.int64(),
  }));
  const preferredReadReplica = reader.int32();
  const log = reader.slice(reader.int32()) ?? Buffer.alloc(0);
  const from = log.length > 0 ? offsetAsked(asked, partition) : 0n;
  const messages = await readLog({ topic, partition, log, from, highWatermark, aborted }, limits, turns);
  return {
    partition,
    errorCode,
    highWatermark: String(highWatermark),
    lastStableOffset,
    lastStartOffset,
    // Left empty: what was aborted is out already.
    abortedTransactions: [],
    preferredReadReplica,
    messages,
  };
}

function offsetAsked(asked: FetchRequest, partition: number): bigint {
  for (const { partitions } of asked) {
    const found = partitions.find((each) => each.partition === partition);
    if (found) return BigInt(found.fetchOffset);
  }
  return 0n;
}
