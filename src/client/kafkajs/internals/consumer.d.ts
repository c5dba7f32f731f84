/** The parts of kafkajs 2.2.4's `consumer/` that its types leave out. Its version is pinned; specs check these shapes. */

declare module 'kafkajs-pinned/src/consumer/consumerGroup.js' {
  import type { GroupMember } from 'kafkajs-pinned';
  import type BrokerPool from 'kafkajs-pinned/src/cluster/brokerPool.js';
  import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
  import type Connection from 'kafkajs-pinned/src/network/connection.js';

  interface OffsetManager {
    resolvedOffsets: Record<string, Record<number, string>>;
    nextOffset(topic: string, partition: number): { toString(): string };
    committedOffsets(): Record<string, Record<number, string | null | undefined>>;
    resolveOffsets(): Promise<void>;
    coordinator: Coordinator;
    getCoordinator(): Promise<Coordinator>;
    /** Commits with the generation in which the offset manager was created. */
    commitOffsets(offsets: {
      topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
    }): Promise<void>;
  }

  interface PartitionMetadata {
    readonly partitionId: number;
    readonly leader: number;
    readonly offlineReplicas?: readonly number[];
  }

  /** The replica that the leader has told a consumer of its rack to read from (KIP-392). */
  interface PreferredReadReplica {
    readonly nodeId: number;
    /** In ms since the epoch. */
    readonly expireAt: number;
  }

  interface Coordinator {
    /** The first is for all requests but fetches. */
    readonly connectionPool: { readonly pool: readonly [Connection, Connection] };
    heartbeat(request: { groupId: string; memberId: string; groupGenerationId: number }): Promise<unknown>;
    offsetFetch(request: {
      groupId: string;
      topics: { topic: string; partitions: { partition: number }[] }[];
    }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>;
  }

  interface TopicPartitions {
    topic: string;
    partitions: number[];
  }

  class ConsumerGroup {
    readonly assigners: readonly object[];
    readonly groupId: string;
    readonly logger: { info(message: string, about: object): void };
    /** By topic and partition. */
    readonly preferredReadReplicasPerTopicPartition: Readonly<
      Record<string, Record<number, PreferredReadReplica>>
    >;
    readonly topicConfigurations: Record<string, { fromBeginning?: boolean }>;
    readonly cluster: {
      readonly brokerPool: BrokerPool;
      findGroupCoordinator(request: { groupId: string }): Promise<Coordinator>;
      getNodeIds(): (number | string)[];
      findTopicPartitionMetadata(topic: string): PartitionMetadata[];
      refreshMetadata(): Promise<void>;
      fetchTopicsOffset(
        topics: { topic: string; partitions: { partition: number }[]; fromBeginning?: boolean }[],
      ): Promise<TopicPartitionOffsets[]>;
    };
    coordinator: Coordinator;
    generationId: number;
    memberId: string | null;
    /** Those of the last join, if this member leads the group; else empty. Null before the first join. */
    readonly members: readonly GroupMember[] | null;
    readonly topicsSubscribed: readonly string[];
    /** The name of the assigner that the members agreed on; null before the first join. */
    readonly groupProtocol: string | null;
    maxWaitTime: number;
    readonly sessionTimeout: number;
    /** When the coordinator last answered a heartbeat, or the group was created, in ms since the epoch. */
    readonly lastRequest: number;
    offsetManager: OffsetManager;
    readonly subscriptionState: {
      assign(partitions: TopicPartitions[]): void;
      assigned(): TopicPartitions[];
      active(): TopicPartitions[];
      isPaused(topic: string, partition: number): boolean;
      pause(partitions: readonly TopicPartitions[]): void;
    };
    constructor(settings: object);
    resolveOffset(position: { topic: string; partition: number; offset: string }): void;
    filterPartitionsByNode(nodeId: string, wanted: TopicPartitions[]): TopicPartitions[];
    findReadReplicaForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
    joinAndSync(): Promise<void>;
    leave(): Promise<void>;
    fetch(nodeId: string): Promise<Batch[]>;
    heartbeat(options: { interval: number }): Promise<void>;
    /** Called with the error of a fetch; rejects if the fetch loop must end. */
    recoverFromFetch(error: Error): Promise<void>;
    recoverFromOffsetOutOfRange(error: Error & { topic: string; partition: number }): Promise<void>;
  }

  interface TopicPartitionOffsets {
    topic: string;
    partitions: { partition: number; offset: string }[];
  }

  export type { PreferredReadReplica };
  export default ConsumerGroup;
}

declare module 'kafkajs-pinned/src/protocol/requests/joinGroup/v4/response.js' {
  const response: { parse(data: object): Promise<unknown> };
  export default response;
}

declare module 'kafkajs-pinned/src/protocol/requests/joinGroup/v5/response.js' {
  const response: { parse(data: object): Promise<unknown> };
  export default response;
}

declare module 'kafkajs-pinned/src/consumer/offsetManager/index.js' {
  import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';

  const OffsetManager: new (settings: object) => ConsumerGroup['offsetManager'];
  export default OffsetManager;
}

declare module 'kafkajs-pinned/src/consumer/batch.js' {
  import type { FetchedMessage } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';

  interface PartitionData {
    partition: number;
    highWatermark: string;
    abortedTransactions: { producerId: string; firstOffset: string }[];
    messages: FetchedMessage[];
  }

  class Batch {
    readonly topic: string;
    readonly partition: number;
    readonly highWatermark: string;
    /** The requested offset. */
    readonly fetchedOffset: string;
    readonly rawMessages: readonly FetchedMessage[];
    /** Those from the requested offset on, without control records. */
    readonly messages: readonly FetchedMessage[];
    constructor(topic: string, fetchedOffset: string, partitionData: PartitionData);
    lastOffset(): string;
  }

  export default Batch;
}
