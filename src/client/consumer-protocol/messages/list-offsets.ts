import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import type { Message, Throttled } from './message.js';

/** The first offset of a log. */
export const EARLIEST = -2n;
/** The offset after its last readable record. */
export const LATEST = -1n;

/** Partitions of which the leader tells an offset. */
export interface ListOffsetsQuestion {
  readonly isolationLevel: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      /** As the asker knows it; -1 for any. */
      readonly currentLeaderEpoch: number;
      /** `EARLIEST` or `LATEST`. */
      readonly timestamp: bigint;
    }[];
  }[];
}

/** An offset of a log. */
export interface ListedOffset {
  readonly partition: number;
  readonly errorCode: number;
  readonly offset: bigint;
  /** The leader epoch of the record there; -1 if it is not known. */
  readonly leaderEpoch: number;
}

/** Offsets of logs. */
export interface ListOffsetsAnswer extends Throttled {
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly ListedOffset[] }[];
}

const CONSUMER = -1;

/** ListOffsets of version 8. */
export const listOffsets: Message<ListOffsetsQuestion, ListOffsetsAnswer> = {
  apiKey: 2,
  apiVersion: 8,
  apiName: 'ListOffsets',

  write({ isolationLevel, topics }) {
    const writer = new FlexibleWriter();
    return writer
      .noTags()
      .int32(CONSUMER)
      .int8(isolationLevel)
      .topics(topics, ({ partition, currentLeaderEpoch, timestamp }) =>
        writer.int32(partition).int32(currentLeaderEpoch).int64(timestamp).noTags(),
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
      reader.int64(); // timestamp
      const offset = reader.int64();
      const leaderEpoch = reader.int32();
      return { partition, errorCode, offset, leaderEpoch };
    });
    return { throttleTimeMs, topics };
  },
};
