import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Kafka } from 'kafkajs-pinned';
import type { KafkaConfig } from '../../../config/index.js';
import { systemClock } from '../../../pipeline/index.js';
import { ConsumerProtocolClient } from '../../consumer-protocol/consumer.js';
import type { ConsumerListener } from '../../kafka-port.js';
import { READ_COMMITTED } from '../cluster.js';
import { NoCommittedOffsetError, rootCause } from '../errors.js';
import { explainAccess } from '../explain-access.js';
import { DEFAULT_FETCH_LIMITS } from '../fetch-limits.js';
import { KafkaJsBrokers } from './kafkajs-brokers.js';

const READ_UNCOMMITTED = 0;

/** @returns a client of the group protocol of KIP-848 that uses kafkajs's connections */
export function createConsumerProtocolClient(
  kafka: Kafka,
  groupId: string,
  config: KafkaConfig,
  listener: ConsumerListener,
): ConsumerProtocolClient {
  const logger = new Logger(`KafkaConsumer ${groupId}`);
  return new ConsumerProtocolClient(
    {
      member: {
        groupId,
        instanceId: null,
        rackId: config.rack ?? null,
        rebalanceTimeoutMs: config.rebalanceTimeoutMs,
        serverAssignor: null,
        newMemberId: randomUUID,
      },
      fetch: {
        maxWaitMs: config.fetchMaxWaitMs,
        maxBytes: config.fetchMaxBytes,
        maxBytesPerPartition: config.fetchMaxBytesPerPartition,
        isolationLevel: config.isolationLevel === 'read_uncommitted' ? READ_UNCOMMITTED : READ_COMMITTED,
        rackId: config.rack ?? '',
        maxRecords: Math.max(DEFAULT_FETCH_LIMITS.maxRecords, config.maxInFlight),
        maxBatchBytes: config.maxUnpackedBatchBytes,
        resetPolicyOf: (topic) => (listener.isRetryTopic(topic) ? 'earliest' : config.autoOffsetReset),
        noCommittedOffset: (partitions, why) => new NoCommittedOffsetError(groupId, partitions, why),
      },
      brokers: new KafkaJsBrokers(kafka),
      clock: systemClock,
      explain: (error, topics) => explainAccess(rootCause(error), { operations: ['Read'], topics, groupId }),
      warn: (text) => logger.warn(text),
    },
    listener,
  );
}
