import type { DatabaseConfig, KafkaConfig, ServiceConfig, TracingConfig } from './config.js';
import { toSaslConfig, toTlsConfig } from './to-security-config.js';
import type { Files } from './reading/read-variables.js';
import type { Values } from './variables/environment.js';

const HOUR_MS = 3_600_000;

/**
 * Builds the configuration from valid values.
 * @param files the files that values were read from
 * @param isTerminal whether stdout is a terminal
 */
export function toConfig(values: Values, files: Files, isTerminal: boolean): ServiceConfig {
  return {
    kafka: toKafkaConfig(values, files),
    http: { port: values.PORT },
    ops: { token: values.OPS_TOKEN },
    shutdownTimeoutMs: values.SHUTDOWN_TIMEOUT_MS,
    database: toDatabaseConfig(values),
    idempotency: { ttlMs: values.IDEMPOTENCY_TTL_HOURS * HOUR_MS },
    log: {
      level: values.LOG_LEVEL,
      format: values.LOG_FORMAT ?? (isTerminal && values.NODE_ENV !== 'production' ? 'pretty' : 'json'),
    },
    tracing: toTracingConfig(values),
  };
}

function toTracingConfig(values: Values): TracingConfig | undefined {
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/$/, '');
  const url = values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base}/v1/traces`);
  if (url === undefined || values.OTEL_SDK_DISABLED) return undefined;
  return {
    url,
    serviceName: values.OTEL_SERVICE_NAME ?? values.KAFKA_CLIENT_ID,
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}

function toKafkaConfig(values: Values, files: Files): KafkaConfig {
  return {
    brokers: values.KAFKA_BROKERS,
    clientId: values.KAFKA_CLIENT_ID,
    groupId: values.KAFKA_GROUP_ID,
    groupProtocol: values.KAFKA_GROUP_PROTOCOL,
    rack: values.KAFKA_RACK,
    autoOffsetReset: values.KAFKA_AUTO_OFFSET_RESET,
    enableAutoCommit: values.KAFKA_ENABLE_AUTO_COMMIT,
    autoCommitIntervalMs: values.KAFKA_AUTO_COMMIT_INTERVAL_MS,
    sessionTimeoutMs: values.KAFKA_SESSION_TIMEOUT_MS,
    heartbeatIntervalMs: values.KAFKA_HEARTBEAT_INTERVAL_MS,
    rebalanceTimeoutMs: values.KAFKA_REBALANCE_TIMEOUT_MS,
    fetchMaxWaitMs: values.KAFKA_FETCH_MAX_WAIT_MS,
    fetchMaxBytes: values.KAFKA_FETCH_MAX_BYTES,
    fetchMaxBytesPerPartition: values.KAFKA_FETCH_MAX_BYTES_PER_PARTITION,
    maxInFlight: values.KAFKA_MAX_IN_FLIGHT,
    maxInFlightBytes: values.KAFKA_MAX_IN_FLIGHT_BYTES,
    maxUnpackedBatchBytes: values.KAFKA_MAX_UNPACKED_BATCH_BYTES,
    isolationLevel: values.KAFKA_ISOLATION_LEVEL,
    topicRefreshMs: values.KAFKA_TOPIC_REFRESH_MS,
    correctTopicSettings: values.KAFKA_CORRECT_TOPIC_SETTINGS,
    lagRefreshMs: values.KAFKA_LAG_REFRESH_MS,
    stuckAfterMs: values.KAFKA_STUCK_AFTER_MS,
    connectionTimeoutMs: values.KAFKA_CONNECTION_TIMEOUT_MS,
    requestTimeoutMs: values.KAFKA_REQUEST_TIMEOUT_MS,
    ssl: toTlsConfig(values, files),
    sasl: toSaslConfig(values, files),
  };
}

function toDatabaseConfig(values: Values): DatabaseConfig {
  return {
    url: values.DATABASE_URL,
    embeddedAllowed: values.NODE_ENV !== 'production',
    embeddedDir: values.DATABASE_EMBEDDED_DIR,
    poolSize: values.DATABASE_POOL_SIZE,
    connectTimeoutMs: values.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT_MS,
    idleInTransactionTimeoutMs: values.DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS,
  };
}
