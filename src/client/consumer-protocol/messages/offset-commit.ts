import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import type { Message, Throttled } from './message.js';

/** The offsets that a member commits. */
export interface CommitQuestion {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: bigint;
      /** The leader epoch of the record before that offset (KIP-320); -1 if it is not known. */
      readonly leaderEpoch: number;
    }[];
  }[];
}

/** The result of a commit, one error code for each partition. */
export interface CommitAnswer extends Throttled {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[];
  }[];
}

/** OffsetCommit of version 9, the first that members of the new protocol may use. */
export const offsetCommit: Message<CommitQuestion, CommitAnswer> = {
  apiKey: 8,
  apiVersion: 9,
  apiName: 'OffsetCommit',

  write(question) {
    const noMetadata = '';
    const writer = new FlexibleWriter();
    return writer
      .noTags()
      .text(question.groupId)
      .int32(question.memberEpoch)
      .text(question.memberId)
      .text(question.instanceId)
      .topics(question.topics, ({ partition, offset, leaderEpoch }) =>
        writer.int32(partition).int64(offset).int32(leaderEpoch).text(noMetadata).noTags(),
      )
      .noTags().bytes;
  },

  read(bytes) {
    const reader = new FlexibleReader(bytes);
    reader.skipTags();
    const throttleTimeMs = reader.int32();
    const topics = reader.topics(() => {
      const partition = reader.int32();
      const errorCode = reader.int16();
      return { partition, errorCode };
    });
    return { throttleTimeMs, topics };
  },
};
