import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import fetchRequests, {
  type FetchRequestFields,
  type TopicRequest,
} from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';
import { installOnce } from '../install-once.js';
import { FETCH_VERSION } from './fetch-version.js';

const CONSUMER = -1;
const READ_COMMITTED = 1;
/** A full fetch outside of any session: see KIP-227. */
const NO_SESSION = { id: 0, epoch: -1 };
const UNKNOWN = -1;
const HEADER_BYTES = 64;
const TOPIC_BYTES = 6;
const PARTITION_BYTES = 28;

/**
 * Encodes fetch requests of version 11 into one buffer each.
 *
 * - Defect: `protocol/requests/fetch/v11/request.js` allocates a zeroed buffer of 512 bytes for each partition and
 *   copies it.
 * - Effect: half a megabyte for each fetch of 1,000 partitions.
 * - Test: `fetch-request.spec.ts`.
 * - Unnecessary when kafkajs's `Encoder` sizes its buffers by their content.
 */
export const encodeFetchRequests = installOnce(() => {
  const { protocol } = fetchRequests;
  fetchRequests.protocol = ({ version }) => {
    const toProtocol = protocol({ version });
    if (Number(version) !== FETCH_VERSION) return toProtocol;
    return (fields) => {
      const { request, ...rest } = toProtocol(fields);
      return { ...rest, request: { ...request, encode: async () => encodeFetchRequest(fields) } };
    };
  };
});

/** Encodes a fetch request of version 11. */
export function encodeFetchRequest(request: FetchRequestFields): Encoder {
  const { replicaId = CONSUMER, isolationLevel = READ_COMMITTED, topics, rackId = '' } = request;
  const encoder = new Encoder(sizeOf(topics, rackId))
    .writeInt32(replicaId)
    .writeInt32(request.maxWaitTime)
    .writeInt32(request.minBytes)
    .writeInt32(request.maxBytes)
    .writeInt8(isolationLevel)
    .writeInt32(NO_SESSION.id)
    .writeInt32(NO_SESSION.epoch)
    .writeInt32(topics.length);
  for (const { topic, partitions } of topics) {
    encoder.writeString(topic).writeInt32(partitions.length);
    for (const { partition, fetchOffset, maxBytes } of partitions) {
      encoder
        .writeInt32(partition)
        .writeInt32(UNKNOWN)
        .writeInt64(fetchOffset)
        .writeInt64(UNKNOWN)
        .writeInt32(maxBytes);
    }
  }
  const forgottenTopics = 0;
  return encoder.writeInt32(forgottenTopics).writeString(rackId);
}

/** @returns enough bytes, so that the encoder never has to grow */
function sizeOf(topics: readonly TopicRequest[], rackId: string): number {
  let bytes = HEADER_BYTES + Buffer.byteLength(rackId);
  for (const { topic, partitions } of topics) {
    bytes += TOPIC_BYTES + Buffer.byteLength(topic) + partitions.length * PARTITION_BYTES;
  }
  return bytes;
}
