import type {
  DatabaseConfig,
  KafkaConfig,
  SaslConfig,
  ServiceConfig,
  TlsConfig,
  TracingConfig,
} from './config.js';
import type { Values } from './variables/environment.js';
import { usesSasl, usesTls } from './rules/security-protocol.js';

const SASL_MECHANISMS = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
} as const;

const HOUR_MS = 3_600_000;

/** The configuration that sound values make. `isTerminal` is whether stdout is one. */
export function toConfig(values: Values, isTerminal: boolean): ServiceConfig {
  return {
    kafka: toKafkaConfig(values),
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

function toKafkaConfig(values: Values): KafkaConfig {
  return {
    brokers: values.KAFKA_BROKERS,
    clientId: values.KAFKA_CLIENT_ID,
    groupId: values.KAFKA_GROUP_ID,
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
    isolationLevel: values.KAFKA_ISOLATION_LEVEL,
    topicRefreshMs: values.KAFKA_TOPIC_REFRESH_MS,
    lagRefreshMs: values.KAFKA_LAG_REFRESH_MS,
    stuckAfterMs: values.KAFKA_STUCK_AFTER_MS,
    connectionTimeoutMs: values.KAFKA_CONNECTION_TIMEOUT_MS,
    requestTimeoutMs: values.KAFKA_REQUEST_TIMEOUT_MS,
    ssl: toTlsConfig(values),
    sasl: toSaslConfig(values),
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

function toTlsConfig(values: Values): TlsConfig | undefined {
  if (!usesTls(values.KAFKA_SECURITY_PROTOCOL)) return undefined;
  const { KAFKA_SSL_CA, KAFKA_SSL_CERT, KAFKA_SSL_KEY, KAFKA_SSL_KEY_PASSPHRASE, KAFKA_SSL_SERVERNAME } =
    values;
  return {
    rejectUnauthorized: values.KAFKA_SSL_REJECT_UNAUTHORIZED,
    ...(KAFKA_SSL_CA !== undefined && { ca: KAFKA_SSL_CA }),
    ...(KAFKA_SSL_CERT !== undefined && { cert: KAFKA_SSL_CERT }),
    ...(KAFKA_SSL_KEY !== undefined && { key: KAFKA_SSL_KEY }),
    ...(KAFKA_SSL_KEY_PASSPHRASE !== undefined && { passphrase: KAFKA_SSL_KEY_PASSPHRASE }),
    ...(KAFKA_SSL_SERVERNAME !== undefined && { servername: KAFKA_SSL_SERVERNAME }),
  };
}

function toSaslConfig(values: Values): SaslConfig | undefined {
  const { KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = values;
  if (!usesSasl(values.KAFKA_SECURITY_PROTOCOL)) return undefined;
  // The rules have refused SASL without any of the three before; here it only narrows the types.
  if (KAFKA_SASL_MECHANISM === undefined || username === undefined || password === undefined)
    return undefined;
  return { mechanism: SASL_MECHANISMS[KAFKA_SASL_MECHANISM], username, password };
}
