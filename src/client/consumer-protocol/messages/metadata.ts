import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import { type Message, NO_TOPIC_ID, type Throttled, type TopicId } from './message.js';

/** Topics to look up, by name or by id. */
export interface MetadataQuestion {
  readonly names: readonly string[];
  readonly ids: readonly TopicId[];
}

/** A partition as a broker knows it. */
export interface PartitionMetadata {
  readonly partition: number;
  /** -1 while there is none. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** A topic as a broker knows it. */
export interface TopicMetadata {
  readonly errorCode: number;
  /** Null if it was asked for by an id that the broker does not know. */
  readonly topic: string | null;
  readonly topicId: TopicId;
  readonly partitions: readonly PartitionMetadata[];
}

/** Topics as a broker knows them. */
export interface MetadataAnswer extends Throttled {
  readonly topics: readonly TopicMetadata[];
}

/** Metadata of version 12, the first in which topics can be asked for by id. It creates no topic. */
export const metadata: Message<MetadataQuestion, MetadataAnswer> = {
  apiKey: 3,
  apiVersion: 12,
  apiName: 'Metadata',

  write({ names, ids }) {
    const writer = new FlexibleWriter();
    const asked = [
      ...names.map((name) => ({ name, id: NO_TOPIC_ID })),
      ...ids.map((id) => ({ name: null, id })),
    ];
    const [allowAutoTopicCreation, includeAuthorizedOperations] = [false, false];
    return writer
      .noTags()
      .array(asked, ({ name, id }) => writer.uuid(id).text(name).noTags())
      .boolean(allowAutoTopicCreation)
      .boolean(includeAuthorizedOperations)
      .noTags().bytes;
  },

  read(bytes) {
    const reader = new FlexibleReader(bytes);
    reader.skipTags();
    const throttleTimeMs = reader.int32();
    // The brokers, whose connections belong to the client library.
    reader.compactArray(() => {
      reader.int32();
      reader.compactText();
      reader.int32();
      reader.nullableText();
      reader.skipTags();
    });
    reader.nullableText(); // the cluster's id
    reader.int32(); // the controller
    return { throttleTimeMs, topics: reader.compactArray(() => readTopic(reader)) };
  },
};

function readTopic(reader: FlexibleReader): TopicMetadata {
  const errorCode = reader.int16();
  const topic = reader.nullableText();
  const topicId = reader.uuid();
  reader.boolean(); // whether it is internal
  const partitions = reader.compactArray(() => readPartition(reader));
  reader.int32(); // authorized operations
  reader.skipTags();
  return { errorCode, topic, topicId, partitions };
}

function readPartition(reader: FlexibleReader): PartitionMetadata {
  reader.int16(); // why it has no leader
  const partition = reader.int32();
  const leaderId = reader.int32();
  const leaderEpoch = reader.int32();
  for (let list = 0; list < BROKER_LISTS; list++) reader.compactArray(() => reader.int32());
  reader.skipTags();
  return { partition, leaderId, leaderEpoch };
}

/** Replicas, those in sync, and those that are offline. */
const BROKER_LISTS = 3;
