import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import type { Message, Throttled, TopicId } from './message.js';

/** The partitions of one topic. */
export interface TopicIdPartitions {
  readonly topicId: TopicId;
  readonly partitions: readonly number[];
}

/** The epochs that stand for no count of joins. */
export const JOIN_EPOCH = 0;
export const LEAVE_EPOCH = -1;
/** A static member leaves and will be back: its partitions stay assigned until its session ends. */
export const LEAVE_STATIC_EPOCH = -2;
/** Stands for a rebalance timeout that has not changed. */
export const UNCHANGED_TIMEOUT = -1;

/** A heartbeat of a member of the new protocol (KIP-848). Null means: as in the heartbeat before. */
export interface HeartbeatQuestion {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopicNames: readonly string[] | null;
  readonly serverAssignor: string | null;
  /** The partitions that the member owns. */
  readonly topicPartitions: readonly TopicIdPartitions[] | null;
}

/** The coordinator's answer to a heartbeat. */
export interface HeartbeatAnswer extends Throttled {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** The partitions that the member is to own; null if that has not changed. */
  readonly assignment: readonly TopicIdPartitions[] | null;
}

/** ConsumerGroupHeartbeat of version 1, since Kafka 4.0. */
export const consumerGroupHeartbeat: Message<HeartbeatQuestion, HeartbeatAnswer> = {
  apiKey: 68,
  apiVersion: 1,
  apiName: 'ConsumerGroupHeartbeat',

  write(question) {
    const noRegex = null;
    const writer = new FlexibleWriter();
    return writer
      .noTags()
      .text(question.groupId)
      .text(question.memberId)
      .int32(question.memberEpoch)
      .text(question.instanceId)
      .text(question.rackId)
      .int32(question.rebalanceTimeoutMs)
      .array(question.subscribedTopicNames, (name) => writer.text(name))
      .text(noRegex)
      .text(question.serverAssignor)
      .array(question.topicPartitions, ({ topicId, partitions }) =>
        writer
          .uuid(topicId)
          .array(partitions, (partition) => writer.int32(partition))
          .noTags(),
      )
      .noTags().bytes;
  },

  read(bytes) {
    const reader = new FlexibleReader(bytes);
    reader.skipTags();
    const throttleTimeMs = reader.int32();
    const errorCode = reader.int16();
    const errorMessage = reader.nullableText();
    reader.nullableText(); // the member's id, which the client has chosen
    return {
      throttleTimeMs,
      errorCode,
      errorMessage,
      memberEpoch: reader.int32(),
      heartbeatIntervalMs: reader.int32(),
      assignment: reader.int8() < 0 ? null : readAssignment(reader),
    };
  },
};

function readAssignment(reader: FlexibleReader): TopicIdPartitions[] {
  return reader.compactArray(() => {
    const topicId = reader.uuid();
    const partitions = reader.compactArray(() => reader.int32());
    reader.skipTags();
    return { topicId, partitions };
  });
}
