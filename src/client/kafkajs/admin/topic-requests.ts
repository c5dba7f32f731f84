import type Broker from 'kafkajs/src/broker/index.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import definitions, { type TopicErrors } from 'kafkajs/src/protocol/requests/index.js';
import { send } from './admin-session.js';

const { createErrorFromCode } = protocolErrors;
const { requests } = definitions;

/** How long brokers may take to create topics, in ms. */
const CREATE_MS = 15_000;

/** Kafka's name for why a broker did not do what it was asked for, and the broker's own words. */
export interface Refusal {
  readonly type: string;
  readonly said: string;
}

/**
 * What a broker says of a topic; `leaders` is the number of partitions that have one, `replicas` the number of brokers
 * that keep a partition.
 */
export type DescribedTopic =
  | { readonly partitions: number; readonly leaders: number; readonly replicas: number }
  | { readonly refusal: Refusal };

/** A topic to be created. */
export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  /** How many brokers keep each partition; -1 for the brokers' default. */
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
  /** Those of its settings that records would be lost without. */
  readonly vitalConfig: Readonly<Record<string, string>>;
}

/** The names of all topics that this client may see. */
export async function listTopics(broker: Broker): Promise<string[]> {
  const { topicMetadata } = await send(broker, apiKeys.Metadata, requests.Metadata, {
    topics: [],
    allowAutoTopicCreation: false,
  });
  return topicMetadata.map(({ topic }) => topic);
}

/** What the broker knows of each of the topics, asked for in one request. */
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
        return [topic, { refusal: { type, said: message } }];
      }
      const leaders = partitionMetadata.filter(({ leader }) => leader >= 0).length;
      const replicas = Math.min(...partitionMetadata.map((partition) => partition.replicas.length));
      return [topic, { partitions: partitionMetadata.length, leaders, replicas }];
    }),
  );
}

/** Creates topics with one request. */
export async function createTopics(
  broker: Broker,
  topics: readonly Omit<NewTopic, 'vitalConfig'>[],
): Promise<ReadonlyMap<string, Refusal>> {
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
  return refusalsOf(answer);
}

/** Adds partitions to topics with one request. */
export async function createPartitions(
  broker: Broker,
  topics: readonly { readonly topic: string; readonly count: number }[],
): Promise<ReadonlyMap<string, Refusal>> {
  const answer = await send(broker, apiKeys.CreatePartitions, requests.CreatePartitions, {
    topicPartitions: topics,
    timeout: CREATE_MS,
  });
  return refusalsOf(answer);
}

/** @throws where the broker is not the controller: then the whole request is for another one */
function refusalsOf({ topicErrors }: TopicErrors): ReadonlyMap<string, Refusal> {
  const refusals = new Map<string, Refusal>();
  for (const { topic, errorCode, errorMessage } of topicErrors) {
    if (errorCode === 0) continue;
    const error = createErrorFromCode(errorCode);
    if (error.type === 'NOT_CONTROLLER') throw error;
    refusals.set(topic, { type: error.type, said: errorMessage ?? error.message });
  }
  return refusals;
}
