/**
 * The parts of kafkajs 2.2.4 that `group-hooks.ts` and `request-queue.ts` reach into. kafkajs has had no
 * release since 2023 and its version is pinned, so these shapes hold still; a spec checks them.
 */
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { Batch } from 'kafkajs';

  interface OffsetManager {
    resolvedOffsets: Record<string, Record<number, string>>;
    committedOffsets(): Record<string, Record<number, string | null | undefined>>;
    resolveOffsets(): Promise<void>;
    getCoordinator(): Promise<Coordinator>;
  }

  interface Coordinator {
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
    readonly topicConfigurations: Record<string, { fromBeginning?: boolean }>;
    readonly cluster: {
      fetchTopicsOffset(
        topics: { topic: string; partitions: { partition: number }[]; fromBeginning?: boolean }[],
      ): Promise<TopicPartitionOffsets[]>;
    };
    coordinator: Coordinator;
    generationId: number;
    memberId: string | null;
    maxWaitTime: number;
    offsetManager: OffsetManager;
    readonly subscriptionState: { assigned(): TopicPartitions[]; active(): TopicPartitions[] };
    findReadReplicaForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
    joinAndSync(): Promise<void>;
    fetch(nodeId: string): Promise<Batch[]>;
    recoverFromOffsetOutOfRange(error: Error & { topic: string; partition: number }): Promise<void>;
  }

  interface TopicPartitionOffsets {
    topic: string;
    partitions: { partition: number; offset: string }[];
  }

  export default ConsumerGroup;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    scheduleCheckPendingRequests(): void;
  }
  export default RequestQueue;
}

declare module 'kafkajs-snappy' {
  const codec: () => {
    compress(encoder: { buffer: Buffer }): Promise<Buffer>;
    decompress(buffer: Buffer): Promise<Buffer>;
  };
  export default codec;
}
