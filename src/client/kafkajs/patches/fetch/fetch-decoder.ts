import Broker from 'kafkajs-pinned/src/broker/index.js';
import fetchRequests from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';
import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { readFetchResponse, type RequestedOffsets } from '../../../protocol/fetch-response.js';
import { DEFAULT_FETCH_LIMITS, type FetchLimits, limitsOf, noteClient } from '../../fetch-limits.js';
import { toMessages } from '../../packed-messages.js';
import { installOnce } from '../install-once.js';
import { withUnpackLimit } from './codecs.js';
import { FETCH_VERSION } from './fetch-version.js';

/**
 * Decodes fetch responses of version 11 in place of kafkajs, within the limits of the client that sent the request.
 * Responses of brokers before 2.3 are of older versions, and are still decoded by kafkajs.
 *
 * - Defect: kafkajs (`protocol/requests/fetch/v11/response.js`, `protocol/recordBatch/v0/decoder.js`,
 *   `consumer/filterAbortedMessages.js`) lets records of aborted transactions through if several overlap, if a fetch
 *   begins within one, or if a record's key is four zero bytes; overflows the stack at a batch of about 130,000
 *   records; returns functions for headers named like a method of every object; verifies no checksum, trusts every
 *   offset, and creates all records of a response at once. It fetches a batch that compaction has emptied again
 *   without end, and needs one fetch for each offset that compaction has removed from a batch's end.
 * - Effect: aborted, damaged or lost records reach handlers, or a partition stops.
 * - Test: `fetch-decoder.spec.ts`, the specs in `protocol/`, and the tests that `docs/hazards.md` names for each defect.
 * - Unnecessary when another client decodes fetches: these defects are spread over kafkajs's decoder.
 */
export const decodeFetchResponses = installOnce(() => {
  const { fetch: sendFetch } = Broker.prototype;
  Broker.prototype.fetch = function (this: Broker, request) {
    noteClient(this.connectionPool.socketFactory, request.topics);
    return sendFetch.call(this, request);
  };

  const { protocol } = fetchRequests;
  fetchRequests.protocol = ({ version }) => {
    const toProtocol = protocol({ version });
    return (fields) => {
      const { response, ...rest } = toProtocol(fields);
      const limits = limitsOf(fields);
      const decode = (bytes: Buffer): Promise<FetchResponse> =>
        Number(version) === FETCH_VERSION
          ? decodeFetchResponse(bytes, fields.topics, limits)
          : withUnpackLimit(limits.maxBatchBytes, () => response.decode(bytes));
      return { ...rest, response: { ...response, decode } };
    };
  };
});

/**
 * Decodes a fetch response of version 11 to what kafkajs's own decoder returns, its records packed.
 * @param requested without it, batches are read from their first record
 */
export async function decodeFetchResponse(
  bytes: Buffer,
  requested: RequestedOffsets = [],
  limits: FetchLimits = DEFAULT_FETCH_LIMITS,
): Promise<FetchResponse> {
  const read = await readFetchResponse(bytes, { requested, ...limits });
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
        messages: toMessages(log, partition),
      })),
    })),
  };
}
