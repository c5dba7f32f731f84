import type { ConsumerConfig, ISocketFactory, KafkaConfig as KafkaJsConfig } from 'kafkajs-pinned';
import type { KafkaConfig } from '../../config/index.js';
import { nestLogCreator } from './log-creator.js';
import { toLogin } from './auth/login.js';
import { nextSeed } from './seed-addresses.js';

/** The settings of a consumer besides those of its connection. */
export type ConsumerSettings = Pick<
  KafkaConfig,
  | 'rack'
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
 * kafkajs's own retries: enough to survive a broker's restart without losing the membership, with waits short enough
 * to continue soon after it. After them, the consumer is replaced.
 */
const RETRY = { initialRetryTime: 200, maxRetryTime: 2_000, retries: 8, restartOnFailure: async () => false };

/** @returns the settings of all kafkajs clients of a cluster */
export function toKafkaJsConfig(config: KafkaConfig, socketFactory: ISocketFactory): KafkaJsConfig {
  const { ssl, sasl } = config;
  return {
    clientId: config.clientId,
    // Otherwise, each client would go through the list by itself.
    brokers: async () => [nextSeed(config.brokers)],
    connectionTimeout: config.connectionTimeoutMs,
    requestTimeout: config.requestTimeoutMs,
    retry: RETRY,
    logCreator: nestLogCreator(),
    socketFactory,
    ...(ssl ? { ssl: true } : {}),
    ...(sasl ? { sasl: toLogin(sasl) } : {}),
  };
}

/** @returns kafkajs's settings of a consumer */
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
    ...(settings.rack === undefined ? {} : { rackId: settings.rack }),
    retry: RETRY,
  };
}
