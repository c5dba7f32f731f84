import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import type { Message, Throttled } from './message.js';

/** The partitions whose committed offsets a member asks for. */
export interface CommittedQuestion {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

/** The committed offset of a partition. */
export interface CommittedOffset {
  readonly partition: number;
  /** -1 for none. */
  readonly offset: bigint;
  /** The leader epoch of the record before that offset (KIP-320); -1 if it is not known. */
  readonly leaderEpoch: number;
  readonly errorCode: number;
}

/** The committed offsets of a group. */
export interface CommittedAnswer extends Throttled {
  readonly errorCode: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly CommittedOffset[] }[];
}

/**
 * OffsetFetch of version 9, which says who asks. It requires stable offsets (KIP-447): while a transaction that commits
 * offsets of a partition is open, the answer for that partition is UNSTABLE_OFFSET_COMMIT.
 */
export const offsetFetch: Message<CommittedQuestion, CommittedAnswer> = {
  apiKey: 9,
  apiVersion: 9,
  apiName: 'OffsetFetch',

  write(question) {
    const requireStable = true;
    const writer = new FlexibleWriter();
    return writer
      .noTags()
      .array([question], ({ groupId, memberId, memberEpoch, topics }) =>
        writer
          .text(groupId)
          .text(memberId)
          .int32(memberEpoch)
          .topics(topics, (partition) => writer.int32(partition))
          .noTags(),
      )
      .boolean(requireStable)
      .noTags().bytes;
  },

  read(bytes) {
    const reader = new FlexibleReader(bytes);
    reader.skipTags();
    const throttleTimeMs = reader.int32();
    const [group] = reader.compactArray(() => {
      reader.compactText();
      const topics = reader.topics(() => readPartition(reader));
      const errorCode = reader.int16();
      reader.skipTags();
      return { topics, errorCode };
    });
    if (!group) throw new RangeError('the answer has no group');
    return { throttleTimeMs, ...group };
  },
};

function readPartition(reader: FlexibleReader): CommittedOffset {
  const partition = reader.int32();
  const offset = reader.int64();
  const leaderEpoch = reader.int32();
  reader.nullableText(); // metadata
  const errorCode = reader.int16();
  return { partition, offset, leaderEpoch, errorCode };
}
