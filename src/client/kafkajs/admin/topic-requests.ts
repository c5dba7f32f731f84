import type Broker from 'kafkajs-pinned/src/broker/index.js';
import apiKeys from 'kafkajs-pinned/src/protocol/requests/apiKeys.js';
import protocolErrors from 'kafkajs-pinned/src/protocol/error.js';
import definitions, { type TopicErrors } from 'kafkajs-pinned/src/protocol/requests/index.js';
import { send } from './admin-session.js';

const { createErrorFromCode } = protocolErrors;
const { requests } = definitions;

/** How long brokers may take to create topics, in ms. */
const CREATE_MS = 15_000;

/** An error in a broker's response. */
export interface BrokerError {
  /** Kafka's name for the error, such as `POLICY_VIOLATION`. */
  readonly type: string;
  /** The broker's own words. */
  readonly message: string;
}

/**
 * A topic as a broker describes it: the numbers of its partitions, of those with a leader, and of the brokers that have
 * a partition.
 */
export type DescribedTopic =
  | { readonly partitions: number; readonly leaders: number; readonly replicas: number }
  | { readonly brokerError: BrokerError };

/** The leaders of a topic's partitions, by partition, without those that have none; or why the topic is not known. */
export type Leaders = ReadonlyMap<number, number> | Error;

/** A topic to create. */
export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  /** How many brokers have each partition; -1 for the brokers' default. */
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
  /** Those of its settings without which records could be lost. */
  readonly vitalConfig: Readonly<Record<string, string>>;
}

/** @returns the names of all topics that this client may see */
export async function listTopics(broker: Broker): Promise<string[]> {
  const { topicMetadata } = await send(broker, apiKeys.Metadata, requests.Metadata, {
    topics: [],
    allowAutoTopicCreation: false,
  });
  return topicMetadata.map(({ topic }) => topic);
}

/** Describes topics with one request. */
export async function describeTopics(
  broker: Broker,
  topics: readonly string[],
): Promise<ReadonlyMap<string, DescribedTopic>> {
  // An empty list asks for all topics.
  if (topics.length === 0) return new Map();
  const { topicMetadata } = await send(broker, apiKeys.Metadata, requests.Metadata, {
    topics,
    allowAutoTopicCreation: false,
  });
  return new Map(
    topicMetadata.map(({ topic, topicErrorCode, partitionMetadata }): [string, DescribedTopic] => {
      if (topicErrorCode !== 0 && partitionMetadata.length === 0) {
        const { type, message } = createErrorFromCode(topicErrorCode);
        return [topic, { brokerError: { type, message } }];
      }
      const leaders = partitionMetadata.filter(({ leader }) => leader >= 0).length;
      const replicas = Math.min(...partitionMetadata.map((partition) => partition.replicas.length));
      return [topic, { partitions: partitionMetadata.length, leaders, replicas }];
    }),
  );
}

/** Looks up the leaders of topics with one request. */
export async function leadersOf(
  broker: Broker,
  topics: readonly string[],
): Promise<ReadonlyMap<string, Leaders>> {
  // An empty list asks for all topics.
  if (topics.length === 0) return new Map();
  const { topicMetadata } = await send(broker, apiKeys.Metadata, requests.Metadata, {
    topics,
    allowAutoTopicCreation: false,
  });
  return new Map(
    topicMetadata.map(({ topic, topicErrorCode, partitionMetadata }): [string, Leaders] => {
      if (topicErrorCode !== 0 && partitionMetadata.length === 0)
        return [topic, createErrorFromCode(topicErrorCode)];
      const led = partitionMetadata.filter(({ leader }) => leader >= 0);
      return [topic, new Map(led.map(({ partitionId, leader }) => [partitionId, leader]))];
    }),
  );
}

/** Creates topics with one request. @returns the error of each topic that was not created */
export async function createTopics(
  broker: Broker,
  topics: readonly Omit<NewTopic, 'vitalConfig'>[],
): Promise<ReadonlyMap<string, BrokerError>> {
  const answer = await send(broker, apiKeys.CreateTopics, requests.CreateTopics, {
    topics: topics.map(({ topic, partitions, replicas, config }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
    validateOnly: false,
    timeout: CREATE_MS,
  });
  return brokerErrorsOf(answer);
}

/** Adds partitions to topics with one request. @returns the error of each topic that was not extended */
export async function createPartitions(
  broker: Broker,
  topics: readonly { readonly topic: string; readonly count: number }[],
): Promise<ReadonlyMap<string, BrokerError>> {
  const answer = await send(broker, apiKeys.CreatePartitions, requests.CreatePartitions, {
    topicPartitions: topics,
    timeout: CREATE_MS,
  });
  return brokerErrorsOf(answer);
}

/** @throws NOT_CONTROLLER if another broker must be asked */
function brokerErrorsOf({ topicErrors }: TopicErrors): ReadonlyMap<string, BrokerError> {
  const brokerErrors = new Map<string, BrokerError>();
  for (const { topic, errorCode, errorMessage } of topicErrors) {
    if (errorCode === 0) continue;
    const error = createErrorFromCode(errorCode);
    if (error.type === 'NOT_CONTROLLER') throw error;
    brokerErrors.set(topic, { type: error.type, message: errorMessage ?? error.message });
  }
  return brokerErrors;
}
