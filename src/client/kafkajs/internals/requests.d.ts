/** The parts of kafkajs 2.2.4's `protocol/requests/` and `protocol/error.js` that its types leave out. Its version is pinned; specs check these shapes. */

declare module 'kafkajs-pinned/src/protocol/requests/index.js' {
  import type { Message } from 'kafkajs-pinned';
  import type Encoder from 'kafkajs-pinned/src/protocol/encoder.js';

  interface Request<Answer> {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<Encoder>;
    };
    readonly response: {
      decode(bytes: Buffer): Promise<Answer>;
      /** Throws the first error of the answer. */
      parse(answer: Answer): Promise<Answer>;
    };
  }

  interface RequestDefinition<Fields, Answer> {
    readonly versions: readonly string[];
    protocol(of: { version: number }): (fields: Fields) => Request<Answer>;
  }

  interface Metadata {
    readonly topicMetadata: readonly {
      readonly topicErrorCode: number;
      readonly topic: string;
      readonly partitionMetadata: readonly {
        readonly partitionId: number;
        readonly leader: number;
        /** The brokers that have it. */
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

  interface FetchedOffsets {
    /** Since version 2. */
    readonly errorCode?: number;
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly errorCode: number;
      }[];
    }[];
  }

  interface ProducedBatches {
    readonly topics: readonly {
      readonly topicName: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly errorCode: number;
        readonly baseOffset: string;
      }[];
    }[];
  }

  interface InitializedProducer {
    readonly errorCode: number;
    readonly producerId: string;
    readonly producerEpoch: number;
  }

  interface DeletedRecords {
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[];
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
      readonly DeleteRecords: RequestDefinition<
        {
          readonly topics: readonly {
            readonly topic: string;
            readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
          }[];
        },
        DeletedRecords
      >;
      readonly OffsetFetch: RequestDefinition<
        {
          readonly groupId: string;
          readonly topics: readonly {
            readonly topic: string;
            readonly partitions: readonly { readonly partition: number }[];
          }[];
        },
        FetchedOffsets
      >;
      readonly Produce: RequestDefinition<
        {
          readonly acks: number;
          readonly timeout: number;
          readonly compression: number;
          readonly producerId: string;
          readonly producerEpoch: number;
          readonly topicData: readonly {
            readonly topic: string;
            readonly partitions: readonly {
              readonly partition: number;
              readonly firstSequence: number;
              readonly messages: readonly Message[];
            }[];
          }[];
        },
        ProducedBatches
      >;
      readonly InitProducerId: RequestDefinition<
        { readonly transactionTimeout: number },
        InitializedProducer
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

declare module 'kafkajs-pinned/src/protocol/requests/apiKeys.js' {
  const apiKeys: Readonly<
    Record<
      | 'Produce'
      | 'InitProducerId'
      | 'Metadata'
      | 'CreateTopics'
      | 'CreatePartitions'
      | 'DescribeConfigs'
      | 'DeleteRecords'
      | 'OffsetFetch',
      number
    >
  >;
  export default apiKeys;
}

declare module 'kafkajs-pinned/src/protocol/requests/metadata/v6/response.js' {
  interface Metadata {
    topicMetadata: { partitionMetadata: { partitionErrorCode: number }[] }[];
  }
  const response: { parse(metadata: Metadata): Promise<Metadata> };
  export default response;
}

declare module 'kafkajs-pinned/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): Error & { readonly type: string } };
  export default errors;
}
