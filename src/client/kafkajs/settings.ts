import type { ConsumerConfig, KafkaConfig as KafkaJsConfig } from 'kafkajs';
import type { KafkaConfig } from '../../config/index.js';
import { nestLogCreator } from './log-creator.js';
import { toLogin } from './auth/login.js';
import { nextSeed } from './seed-addresses.js';
import { plainSockets, secureSockets } from './sockets.js';

/** The settings a consumer needs beyond the connection. */
export type ConsumerSettings = Pick<
  KafkaConfig,
  | 'autoOffsetReset'
  | 'sessionTimeoutMs'
  | 'heartbeatIntervalMs'
  | 'rebalanceTimeoutMs'
  | 'fetchMaxWaitMs'
  | 'fetchMaxBytes'
  | 'fetchMaxBytesPerPartition'
  | 'isolationLevel'
  | 'topicRefreshMs'
>;

/**
 * kafkajs's own retries: enough to sit out a broker's restart without losing the membership, with a wait short
 * enough that a broker which is back is noticed. What goes beyond is the supervisor's: a fresh consumer.
 */
const RETRY = { initialRetryTime: 200, maxRetryTime: 2_000, retries: 8, restartOnFailure: async () => false };

export function toKafkaJsConfig(config: KafkaConfig): KafkaJsConfig {
  const { ssl, sasl } = config;
  return {
    clientId: config.clientId,
    // kafkajs would count through the list in each client by itself.
    brokers: async () => [nextSeed(config.brokers)],
    connectionTimeout: config.connectionTimeoutMs,
    requestTimeout: config.requestTimeoutMs,
    retry: RETRY,
    logCreator: nestLogCreator(),
    ...(ssl ? { ssl: true, socketFactory: secureSockets(ssl) } : { socketFactory: plainSockets }),
    ...(sasl ? { sasl: toLogin(sasl) } : {}),
  };
}

export function toKafkaJsConsumerConfig(settings: ConsumerSettings, groupId: string): ConsumerConfig {
  return {
    groupId,
    sessionTimeout: settings.sessionTimeoutMs,
    heartbeatInterval: settings.heartbeatIntervalMs,
    rebalanceTimeout: settings.rebalanceTimeoutMs,
    maxWaitTimeInMs: settings.fetchMaxWaitMs,
    maxBytes: settings.fetchMaxBytes,
    maxBytesPerPartition: settings.fetchMaxBytesPerPartition,
    readUncommitted: settings.isolationLevel === 'read_uncommitted',
    metadataMaxAge: settings.topicRefreshMs,
    allowAutoTopicCreation: false,
    retry: RETRY,
  };
}
