import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import type { Message, Throttled } from './message.js';

/** Partitions of which the leader tells where an epoch ended. */
export interface EpochQuestion {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      /** As the asker knows it. */
      readonly currentLeaderEpoch: number;
      /** The epoch of the last record that was read. */
      readonly leaderEpoch: number;
    }[];
  }[];
}

/** Where an epoch ended in a log. */
export interface EpochEnd {
  readonly partition: number;
  readonly errorCode: number;
  /** The largest epoch in the log that is not above the one asked for; -1 if there is none. */
  readonly leaderEpoch: number;
  /** The offset after the last record of that epoch; -1 if there is none. */
  readonly endOffset: bigint;
}

/** Where epochs ended. */
export interface EpochAnswer extends Throttled {
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly EpochEnd[] }[];
}

const CONSUMER = -1;

/** OffsetForLeaderEpoch of version 4: whether a log was truncated below a position (KIP-320). */
export const offsetForLeaderEpoch: Message<EpochQuestion, EpochAnswer> = {
  apiKey: 23,
  apiVersion: 4,
  apiName: 'OffsetForLeaderEpoch',

  write({ topics }) {
    const writer = new FlexibleWriter();
    return writer
      .noTags()
      .int32(CONSUMER)
      .topics(topics, ({ partition, currentLeaderEpoch, leaderEpoch }) =>
        writer.int32(partition).int32(currentLeaderEpoch).int32(leaderEpoch).noTags(),
      )
      .noTags().bytes;
  },

  read(bytes) {
    const reader = new FlexibleReader(bytes);
    reader.skipTags();
    const throttleTimeMs = reader.int32();
    const topics = reader.topics(() => {
      const errorCode = reader.int16();
      const partition = reader.int32();
      const leaderEpoch = reader.int32();
      const endOffset = reader.int64();
      return { partition, errorCode, leaderEpoch, endOffset };
    });
    return { throttleTimeMs, topics };
  },
};
