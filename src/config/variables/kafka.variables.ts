import { brokerList } from './broker-list.js';
import { flag, integer, milliseconds, oneOf, text } from './kinds.js';
import { optional, variable } from './variable.js';

/** Byte counts in the fetch request are signed 32-bit integers. */
const MAX_INT32 = 2_147_483_647;

/** The consumer: connections, fetches, commits and limits. */
export const kafkaVariables = {
  KAFKA_BROKERS: variable(brokerList(), {
    description: 'Bootstrap brokers; the rest of the cluster is discovered through them',
    default: '127.0.0.1:9092',
  }),
  KAFKA_CLIENT_ID: variable(text(), {
    description: 'Name of this client in the logs, quotas and metrics of the brokers',
    default: 'nestjs-kafka-consumer',
  }),
  KAFKA_GROUP_ID: variable(text(), {
    description: 'Consumer group, used exactly as given; every service needs its own. Required in production',
    default: 'nestjs-kafka-consumer',
  }),
  KAFKA_GROUP_PROTOCOL: variable(oneOf(['classic', 'consumer']), {
    description:
      "Group protocol: consumer is that of KIP-848 (Kafka 4.0 or newer), in which a rebalance does not stop the partitions that stay; the session timeout and the heartbeat interval are then the brokers' settings",
    default: 'classic',
  }),
  KAFKA_RACK: optional(text(), {
    description:
      "Rack of this client, such as its zone, named like the brokers' broker.rack; fetches go to a replica there if the brokers have a replica selector",
  }),
  KAFKA_AUTO_OFFSET_RESET: variable(oneOf(['earliest', 'latest', 'none']), {
    description: 'Where to start in a partition without a committed offset; none makes that an error',
    default: 'earliest',
  }),
  KAFKA_ENABLE_AUTO_COMMIT: variable(flag(), {
    description: 'Whether handlers without a commit option commit automatically once a record is settled',
    default: 'true',
  }),
  KAFKA_AUTO_COMMIT_INTERVAL_MS: variable(milliseconds(), {
    description: 'How often settled offsets are committed',
    default: '5000',
  }),
  KAFKA_SESSION_TIMEOUT_MS: variable(milliseconds(), {
    description: 'Time without heartbeats after which a member loses its partitions to others',
    default: '30000',
  }),
  KAFKA_HEARTBEAT_INTERVAL_MS: variable(milliseconds(), {
    description: 'Interval of the heartbeats; less than the session timeout, preferably below a third of it',
    default: '3000',
  }),
  KAFKA_REBALANCE_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long a rebalance waits for members to rejoin; not less than the session timeout',
    default: '60000',
  }),
  KAFKA_FETCH_MAX_WAIT_MS: variable(milliseconds(), {
    description:
      'How long a broker may hold a fetch while there is no data; at most a third of the session timeout',
    default: '500',
  }),
  KAFKA_FETCH_MAX_BYTES: variable(integer({ min: 1, max: MAX_INT32 }, 'bytes'), {
    description: 'Maximum size of the response to one fetch',
    default: '10485760',
  }),
  KAFKA_FETCH_MAX_BYTES_PER_PARTITION: variable(integer({ min: 1, max: MAX_INT32 }, 'bytes'), {
    description: 'Maximum size of the data of one partition in the response to one fetch',
    default: '524288',
  }),
  KAFKA_MAX_IN_FLIGHT: variable(integer({ min: 1, max: 10_000_000 }, 'records'), {
    description:
      'Maximum number of records fetched and not yet settled in the whole process; above it partitions are paused',
    default: '10000',
  }),
  KAFKA_MAX_IN_FLIGHT_BYTES: variable(integer({ min: 1, max: 1_099_511_627_776 }, 'bytes'), {
    description:
      'Maximum size of the records that are fetched and not yet settled; above it partitions are paused',
    default: '67108864',
  }),
  KAFKA_MAX_UNPACKED_BATCH_BYTES: variable(integer({ min: 1_048_576, max: 2_147_483_647 }, 'bytes'), {
    description:
      'Maximum uncompressed size of a record batch; a partition stops at a larger batch, and the log and health name it',
    default: '67108864',
  }),
  KAFKA_ISOLATION_LEVEL: variable(oneOf(['read_committed', 'read_uncommitted']), {
    description: 'Whether records of open and aborted transactions are skipped (read_committed) or read',
    default: 'read_committed',
  }),
  KAFKA_TOPIC_REFRESH_MS: variable(milliseconds(100), {
    description: 'Interval of the search for new topics and partitions',
    default: '30000',
  }),
  KAFKA_CORRECT_TOPIC_SETTINGS: variable(flag(), {
    description:
      'Whether to correct settings of the retry, parking and dead-letter topics by which records could be lost or rejected; otherwise they are only reported',
    default: 'true',
  }),
  KAFKA_LAG_REFRESH_MS: variable(milliseconds(100), {
    description:
      'How often the last stable offset of partitions without a recent fetch is queried, to know their lag',
    default: '10000',
  }),
  KAFKA_STUCK_AFTER_MS: variable(milliseconds(), {
    description: 'A record that is unsettled for longer makes the readiness probe fail',
    default: '60000',
  }),
  KAFKA_CONNECTION_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long connecting to a broker may take',
    default: '3000',
  }),
  KAFKA_REQUEST_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long a broker may take to answer a request',
    default: '30000',
  }),
};
