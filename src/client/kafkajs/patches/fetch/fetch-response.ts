import fetchRequests from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';
import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { readFetchResponse, type RequestedOffsets } from '../../../protocol/fetch-response.js';
import { toMessages } from '../../packed-messages.js';
import { installOnce } from '../install-once.js';
import { FETCH_VERSION } from './fetch-version.js';

/** How many records a partition may bring in one response, unless more may be in flight. */
const MAX_RECORDS = 10_000;
const MAX_BATCH_BYTES = 67_108_864;

/** What a fetch response is decoded with. */
interface DecodeOptions {
  /** Without it, batches are read from their first record. */
  readonly requested?: RequestedOffsets;
  /** How many records one partition may bring. */
  readonly maxRecords?: number;
  /** What one batch may unpack to. */
  readonly maxBatchBytes?: number;
}

/** The limits of the last port: one process has one configuration. */
let limits: Pick<DecodeOptions, 'maxRecords' | 'maxBatchBytes'> = {};

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
 * - Test: `fetch-response.spec.ts`, the specs in `protocol/`, and the tests that `docs/hazards.md` names for each defect.
 * - Unnecessary when another client decodes fetches: these defects are spread over kafkajs's decoder.
 *
 * @param maxInFlight how many records may be in flight; one partition may bring as many in one response
 * @param maxBatchBytes what one batch may unpack to
 */
export function decodeFetchResponses(maxInFlight: number, maxBatchBytes: number): void {
  limits = { maxRecords: Math.max(MAX_RECORDS, maxInFlight), maxBatchBytes };
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
        decodeFetchResponse(bytes, { requested: fields.topics, ...limits });
      return { ...rest, response: { ...response, decode } };
    };
  };
});

/** Decodes a fetch response of version 11 to what kafkajs's own decoder returns, its records packed. */
export async function decodeFetchResponse(
  bytes: Buffer,
  { requested = [], maxRecords = MAX_RECORDS, maxBatchBytes = MAX_BATCH_BYTES }: DecodeOptions = {},
): Promise<FetchResponse> {
  const read = await readFetchResponse(bytes, { requested, maxRecords, maxBatchBytes });
  return {
    // 0, as in kafkajs: since version 8, the client waits and not the broker (KIP-219).
    throttleTime: 0,
    clientSideThrottleTime: read.throttleTimeMs,
    errorCode: read.errorCode,
    sessionId: read.sessionId,
    responses: read.topics.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ read: log, logStartOffset, ...partition }) => ({
        ...partition,
        lastStartOffset: logStartOffset,
        // Empty: records of aborted transactions are already left out.
        abortedTransactions: [],
        messages: toMessages(log),
      })),
    })),
  };
}
