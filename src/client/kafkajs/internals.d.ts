/**
 * The parts of kafkajs 2.2.4 that this folder reaches into. kafkajs has had no
 * release since 2023 and its version is pinned, so these shapes hold still; a spec checks them.
 */
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type BrokerPool from 'kafkajs/src/cluster/brokerPool.js';
  import type Batch from 'kafkajs/src/consumer/batch.js';
  import type Connection from 'kafkajs/src/network/connection.js';

  interface OffsetManager {
    resolvedOffsets: Record<string, Record<number, string>>;
    nextOffset(topic: string, partition: number): { toString(): string };
    committedOffsets(): Record<string, Record<number, string | null | undefined>>;
    resolveOffsets(): Promise<void>;
    coordinator: Coordinator;
    getCoordinator(): Promise<Coordinator>;
    /** Commits in the name of the generation that it was made in. */
    commitOffsets(offsets: {
      topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
    }): Promise<void>;
  }

  interface Coordinator {
    /** The first for all but fetches. */
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
    readonly topicConfigurations: Record<string, { fromBeginning?: boolean }>;
    readonly cluster: {
      readonly brokerPool: BrokerPool;
      findGroupCoordinator(question: { groupId: string }): Promise<Coordinator>;
      getNodeIds(): (number | string)[];
      refreshMetadata(): Promise<void>;
      fetchTopicsOffset(
        topics: { topic: string; partitions: { partition: number }[]; fromBeginning?: boolean }[],
      ): Promise<TopicPartitionOffsets[]>;
    };
    coordinator: Coordinator;
    generationId: number;
    memberId: string | null;
    maxWaitTime: number;
    readonly sessionTimeout: number;
    /** When the coordinator last answered a heartbeat, or the group was made, in ms since the epoch. */
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
    recoverFromOffsetOutOfRange(error: Error & { topic: string; partition: number }): Promise<void>;
  }

  interface TopicPartitionOffsets {
    topic: string;
    partitions: { partition: number; offset: string }[];
  }

  export default ConsumerGroup;
}

declare module 'kafkajs/src/consumer/offsetManager/index.js' {
  import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

  const OffsetManager: new (settings: object) => ConsumerGroup['offsetManager'];
  export default OffsetManager;
}

declare module 'kafkajs/src/consumer/batch.js' {
  import type { FetchedMessage } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
  import type { FetchedRecord, RawHeaders } from '../../pipeline/index.js';

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
    /** The offset that was asked for. */
    readonly fetchedOffset: string;
    readonly rawMessages: readonly FetchedMessage[];
    /** What is left of them: from that offset on, without control records. */
    readonly messages: readonly FetchedRecord[];
    constructor(topic: string, fetchedOffset: string, partitionData: PartitionData);
    lastOffset(): string;
  }

  export default Batch;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  interface FetchedMessage {
    readonly offset: string;
    /** Whether it only moves the position; then it has none of the fields below. */
    readonly isControlRecord: boolean;
    readonly key?: Buffer | null;
    readonly value?: Buffer | null;
    readonly timestamp?: string;
    readonly headers?: RawHeaders;
  }

  interface FetchResponse {
    throttleTime: number;
    clientSideThrottleTime: number;
    errorCode: number;
    sessionId: number;
    responses: {
      topicName: string;
      partitions: {
        partition: number;
        errorCode: number;
        highWatermark: string;
        lastStableOffset: string;
        lastStartOffset: string;
        abortedTransactions: { producerId: string; firstOffset: string }[];
        preferredReadReplica: number;
        messages: FetchedMessage[];
      }[];
    }[];
  }
  const response: { decode(bytes: Buffer): Promise<FetchResponse> };
  export type { FetchedMessage, FetchResponse };
  export default response;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/request.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  import type { FetchRequestFields } from 'kafkajs/src/protocol/requests/fetch/index.js';

  const request: (fields: FetchRequestFields) => { encode(): Promise<Encoder> };
  export default request;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  import type { FetchResponse } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';

  interface PartitionRequest {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }
  interface TopicRequest {
    readonly topic: string;
    readonly partitions: readonly PartitionRequest[];
  }
  interface FetchRequestFields {
    readonly replicaId?: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel?: number;
    readonly topics: readonly TopicRequest[];
    readonly rackId?: string;
  }
  interface FetchProtocol {
    readonly request: { encode(): Promise<Encoder> };
    readonly response: { decode(bytes: Buffer): Promise<FetchResponse> };
  }
  type MakeFetch = (request: FetchRequestFields) => FetchProtocol;
  const requests: { protocol(version: { readonly version: number }): MakeFetch };
  export type { FetchRequestFields, PartitionRequest, TopicRequest };
  export default requests;
}

declare module 'kafkajs/src/protocol/requests/metadata/v6/response.js' {
  interface Metadata {
    topicMetadata: { partitionMetadata: { partitionErrorCode: number }[] }[];
  }
  const response: { parse(metadata: Metadata): Promise<Metadata> };
  export default response;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  class Decoder {
    readonly buffer: Buffer;
    constructor(bytes: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    /** Null where there is none. */
    readString(): string | null;
    readArray<T>(read: (decoder: Decoder) => T): T[];
  }
  export default Decoder;
}

declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net';
  import type { ISocketFactory } from 'kafkajs';

  class Connection {
    readonly host: string;
    readonly port: number;
    /** The last that was made. */
    readonly socket: Socket | undefined;
    constructor(settings: {
      host: string;
      port: number;
      logger: object;
      socketFactory: ISocketFactory;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
    });
    isConnected(): boolean;
    connect(): Promise<boolean>;
    disconnect(): Promise<boolean>;
    rejectRequests(error: Error): void;
  }

  export default Connection;
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

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    readonly buffer: Buffer;
    constructor(initialBytes?: number);
    writeInt8(value: number): this;
    writeBoolean(value: boolean): this;
    writeArray(encoders: readonly Encoder[]): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: number | string): this;
    writeString(value: string): this;
    writeBuffer(value: Buffer): this;
    writeVarInt(value: number): this;
    writeVarIntBytes(value: Buffer | string | null | undefined): this;
  }
  export default Encoder;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  const encodeRecord: (record: object) => Encoder;
  export default encodeRecord;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  const batches: { RecordBatch(batch: object): Promise<Encoder> };
  export default batches;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  /** CRC-32C, one byte at a time. */
  const crc32C: (bytes: Uint8Array) => number;
  export default crc32C;
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): Error & { readonly type: string } };
  export default errors;
}

declare module 'kafkajs/src/broker/index.js' {
  import type Connection from 'kafkajs/src/network/connection.js';
  import type { TopicRequest } from 'kafkajs/src/protocol/requests/fetch/index.js';
  import type { FetchResponse } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
  import type { Request, RequestDefinition } from 'kafkajs/src/protocol/requests/index.js';

  class Broker {
    /** `host:port`. */
    readonly brokerAddress: string;
    /** In ms. */
    readonly authenticationTimeout: number;
    readonly versions: object | null;
    readonly connectionPool: {
      /** In ms. */
      readonly connectionTimeout: number;
      readonly sasl: unknown;
      readonly pool: readonly Connection[];
      send<Answer>(request: Request<Answer>): Promise<Answer>;
    };
    isConnected(): boolean;
    connect(): Promise<void>;
    /** The newest version of a request that both sides know. Only after `connect`. */
    lookupRequest<Question, Answer>(
      apiKey: number,
      definition: RequestDefinition<Question, Answer>,
    ): (question: Question) => Request<Answer>;
    fetch(request: { readonly topics: readonly TopicRequest[] }): Promise<FetchResponse>;
  }
  export default Broker;
}

declare module 'kafkajs/src/cluster/brokerPool.js' {
  import type Broker from 'kafkajs/src/broker/index.js';

  class BrokerPool {
    readonly brokers: Readonly<Record<string, Broker>>;
    readonly logger: { debug(message: string): void };
    readonly metadata: { readonly controllerId: number } | null;
    seedBroker: Broker | undefined;
    versions: object | null;
    retrier<T>(work: (bail: (error: unknown) => void) => Promise<T>): Promise<T>;
    hasConnectedBrokers(): boolean;
    createSeedBroker(): Promise<void>;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    connectBroker(broker: Broker): Promise<void>;
    findBroker(node: { nodeId: string }): Promise<Broker>;
    withBroker<T>(ask: (asked: { nodeId: string; broker: Broker }) => Promise<T>): Promise<T>;
  }
  export default BrokerPool;
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Request<Answer> {
    readonly request: { readonly apiKey: number; readonly apiVersion: number; readonly apiName: string };
    readonly response: {
      decode(bytes: Buffer): Promise<Answer>;
      /** Throws the first error that the answer holds. */
      parse(answer: Answer): Promise<Answer>;
    };
  }

  interface RequestDefinition<Question, Answer> {
    readonly versions: readonly string[];
    protocol(of: { version: number }): (question: Question) => Request<Answer>;
  }

  interface Metadata {
    readonly topicMetadata: readonly {
      readonly topicErrorCode: number;
      readonly topic: string;
      readonly partitionMetadata: readonly {
        readonly partitionId: number;
        readonly leader: number;
        /** The brokers that keep it. */
        readonly replicas: readonly number[];
      }[];
    }[];
  }

  interface TopicErrors {
    readonly topicErrors: readonly {
      readonly topic: string;
      readonly errorCode: number;
      /** Brokers before 0.10.2 do not send it. */
      readonly errorMessage?: string | null;
    }[];
  }

  interface DescribedConfigs {
    readonly resources: readonly {
      readonly errorCode: number;
      readonly errorMessage: string | null;
      readonly resourceName: string;
      readonly configEntries: readonly { readonly configName: string; readonly configValue: string | null }[];
    }[];
  }

  const definitions: {
    readonly requests: {
      readonly DescribeConfigs: RequestDefinition<
        {
          readonly resources: readonly {
            readonly type: number;
            readonly name: string;
            readonly configNames: readonly string[];
          }[];
          readonly includeSynonyms: boolean;
        },
        DescribedConfigs
      >;
      readonly Metadata: RequestDefinition<
        { readonly topics: readonly string[]; readonly allowAutoTopicCreation: boolean },
        Metadata
      >;
      readonly CreateTopics: RequestDefinition<
        {
          readonly topics: readonly {
            readonly topic: string;
            readonly numPartitions: number;
            readonly replicationFactor: number;
            readonly configEntries: readonly { readonly name: string; readonly value: string }[];
          }[];
          readonly validateOnly: boolean;
          readonly timeout: number;
        },
        TopicErrors
      >;
      readonly CreatePartitions: RequestDefinition<
        {
          readonly topicPartitions: readonly { readonly topic: string; readonly count: number }[];
          readonly timeout: number;
        },
        TopicErrors
      >;
    };
  };
  export type { Request, RequestDefinition, Metadata, TopicErrors };
  export default definitions;
}

declare module 'kafkajs/src/protocol/requests/apiKeys.js' {
  const apiKeys: Readonly<
    Record<'Metadata' | 'CreateTopics' | 'CreatePartitions' | 'DescribeConfigs', number>
  >;
  export default apiKeys;
}
