import type { AbortedTransaction } from '../../protocol/aborted-transactions.js';
import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import type { Message, Throttled, TopicId } from './message.js';

/** One partition of a fetch request. */
export interface PartitionToFetch {
  readonly partition: number;
  /** As the asker knows it: a broker with another one refuses the partition. */
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: bigint;
  readonly maxBytes: number;
}

/** A fetch outside of any session. */
export interface FetchQuestion {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly rackId: string;
  /** In the order in which the broker is to serve them. */
  readonly topics: readonly { readonly topicId: TopicId; readonly partitions: readonly PartitionToFetch[] }[];
}

/** One partition of a fetch answer. */
export interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  readonly logStartOffset: bigint;
  /** -1 for none. */
  readonly preferredReadReplica: number;
  readonly aborted: readonly AbortedTransaction[];
  /** The leader that this broker knows, if it is another one than the asker thought. */
  readonly currentLeader: { readonly leaderId: number; readonly leaderEpoch: number } | undefined;
  /** Record batches; a view of the answer. */
  readonly log: Buffer;
}

/** A fetch answer, its batches still packed. */
export interface FetchAnswer extends Throttled {
  readonly errorCode: number;
  readonly topics: readonly { readonly topicId: TopicId; readonly partitions: readonly PartitionAnswer[] }[];
}

const CONSUMER = -1;
/** A full fetch outside of any session (KIP-227). */
const NO_SESSION = { id: 0, epoch: -1 };
const UNKNOWN = -1;
const CURRENT_LEADER_TAG = 1;

/** Fetch of version 13, the first with topic ids (KIP-516). */
export const fetch: Message<FetchQuestion, FetchAnswer> = {
  apiKey: 1,
  apiVersion: 13,
  apiName: 'Fetch',

  write(question) {
    const writer = new FlexibleWriter();
    const forgotten: readonly never[] = [];
    return writer
      .noTags()
      .int32(CONSUMER)
      .int32(question.maxWaitMs)
      .int32(question.minBytes)
      .int32(question.maxBytes)
      .int8(question.isolationLevel)
      .int32(NO_SESSION.id)
      .int32(NO_SESSION.epoch)
      .array(question.topics, ({ topicId, partitions }) =>
        writer
          .uuid(topicId)
          .array(partitions, ({ partition, currentLeaderEpoch, fetchOffset, maxBytes }) =>
            writer
              .int32(partition)
              .int32(currentLeaderEpoch)
              .int64(fetchOffset)
              .int32(UNKNOWN) // the last fetched epoch, for replicas
              .int64(BigInt(UNKNOWN)) // the start of the log, for replicas
              .int32(maxBytes)
              .noTags(),
          )
          .noTags(),
      )
      .array(forgotten, () => undefined)
      .text(question.rackId)
      .noTags().bytes;
  },

  read(bytes) {
    const reader = new FlexibleReader(bytes);
    reader.skipTags();
    const throttleTimeMs = reader.int32();
    const errorCode = reader.int16();
    reader.int32(); // the session
    const topics = reader.compactArray(() => {
      const topicId = reader.uuid();
      const partitions = reader.compactArray(() => readPartition(reader));
      reader.skipTags();
      return { topicId, partitions };
    });
    return { throttleTimeMs, errorCode, topics };
  },
};

function readPartition(reader: FlexibleReader): PartitionAnswer {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStartOffset = reader.int64();
  const aborted = reader.compactArray(() => {
    const producerId = String(reader.int64());
    const firstOffset = reader.int64();
    reader.skipTags();
    return { producerId, firstOffset };
  });
  const preferredReadReplica = reader.int32();
  const log = reader.compactBytes();
  let currentLeader: PartitionAnswer['currentLeader'];
  reader.tags((tag, field) => {
    if (tag === CURRENT_LEADER_TAG) currentLeader = { leaderId: field.int32(), leaderEpoch: field.int32() };
  });
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    preferredReadReplica,
    aborted,
    currentLeader,
    log,
  };
}
