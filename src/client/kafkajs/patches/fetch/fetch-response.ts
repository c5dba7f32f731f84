import fetchRequests, { type PartitionRequest } from 'kafkajs/src/protocol/requests/fetch/index.js';
import type { FetchResponse } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { ByteReader } from '../../../protocol/byte-reader.js';
import { ReadingTurns } from '../../../protocol/reading-turns.js';
import { AnswerLimits, readLog } from '../../decoding/partition-log.js';
import { installOnce } from '../install-once.js';
import { FETCH_VERSION } from './fetch-version.js';

type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** What the response to one fetch may unpack to, not counting its last batch. */
const MAX_UNPACKED_BYTES = 67_108_864;
/** How many records a partition may bring in one response, unless more may be in flight. */
const MAX_RECORDS = 10_000;

/** What was requested: responses begin with whole batches, which may lie before the requested offset. */
export type RequestedOffsets = readonly {
  readonly topic: string;
  readonly partitions: readonly Pick<PartitionRequest, 'partition' | 'fetchOffset'>[];
}[];

interface DecodeOptions {
  /** What was requested. Without it, batches are read from their first record. */
  readonly asked?: RequestedOffsets;
  /** How many records a partition may bring. */
  readonly maxRecords?: number;
}

let maxRecords = MAX_RECORDS;

/**
 * Decodes fetch responses of version 11 in place of kafkajs. Responses of brokers before 2.3 are of older versions, and
 * are still decoded by kafkajs.
 *
 * - Defect: kafkajs (`protocol/requests/fetch/v11/response.js`, `protocol/recordBatch/v0/decoder.js`,
 *   `consumer/filterAbortedMessages.js`) lets records of aborted transactions through if several overlap, if a fetch
 *   begins within one, or if a record's key is four zero bytes; overflows the stack at a batch of about 130,000 records;
 *   returns functions for headers named like a method of every object; verifies no checksum, trusts every offset, and
 *   creates all records of a response at once. It fetches a batch that compaction has emptied again for ever, and needs
 *   one fetch for each offset that compaction has removed from a batch's end.
 * - Effect: aborted, damaged or lost records reach handlers, or a partition stops.
 * - Test: `fetch-response.spec.ts`, the specs in `decoding/`, and the tests that `docs/hazards.md` names for each defect.
 * - Unnecessary when another client decodes fetches: these defects are spread over kafkajs's decoder.
 *
 * @param maxInFlight how many records may be in flight; one partition may bring as many in one response
 */
export function decodeFetchResponses(maxInFlight: number): void {
  maxRecords = Math.max(MAX_RECORDS, maxInFlight);
  install();
}

const install = installOnce(() => {
  const { protocol } = fetchRequests;
  fetchRequests.protocol = ({ version }) => {
    const toProtocol = protocol({ version });
    if (Number(version) !== FETCH_VERSION) return toProtocol;
    return (fields) => {
      const { response, ...rest } = toProtocol(fields);
      const decode = (bytes: Buffer): Promise<FetchResponse> =>
        decodeFetchResponse(bytes, { asked: fields.topics, maxRecords });
      return { ...rest, response: { ...response, decode } };
    };
  };
});

/** Decodes a fetch response of version 11. */
export async function decodeFetchResponse(
  bytes: Buffer,
  { asked = [], maxRecords: most = MAX_RECORDS }: DecodeOptions = {},
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
  // A throttle time of 0, as in kafkajs: since version 8, the client waits and not the broker (KIP-219).
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function readPartition(
  reader: ByteReader,
  topic: string,
  asked: RequestedOffsets,
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
    // Empty: records of aborted transactions are already removed.
    abortedTransactions: [],
    preferredReadReplica,
    messages,
  };
}

function offsetAsked(asked: RequestedOffsets, partition: number): bigint {
  for (const { partitions } of asked) {
    const found = partitions.find((each) => each.partition === partition);
    if (found) return BigInt(found.fetchOffset);
  }
  return 0n;
}
