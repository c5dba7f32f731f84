import { brokerList } from './broker-list.js';
import { flag, integer, milliseconds, oneOf, text } from './kinds.js';
import { variable } from './variable.js';

/** Byte counts in the fetch request are signed 32-bit integers. */
const MAX_INT32 = 2_147_483_647;

/** The consumer: where it connects, how it reads, how much it takes on. */
export const kafkaVariables = {
  KAFKA_BROKERS: variable(brokerList(), {
    description: 'Brokers that are asked first; the rest of the cluster is found through them',
    default: '127.0.0.1:9092',
  }),
  KAFKA_CLIENT_ID: variable(text(), {
    description: 'Name of this client in the logs, quotas and metrics of the brokers',
    default: 'nestjs-kafka-consumer',
  }),
  KAFKA_GROUP_ID: variable(text(), {
    description: 'Consumer group, used exactly as given; every service needs its own',
    default: 'nestjs-kafka-consumer',
  }),
  KAFKA_AUTO_OFFSET_RESET: variable(oneOf(['earliest', 'latest', 'none']), {
    description: 'Where a partition without a committed offset is read from; none refuses to guess',
    default: 'earliest',
  }),
  KAFKA_ENABLE_AUTO_COMMIT: variable(flag(), {
    description: 'Whether handlers that do not say so commit automatically once a record is settled',
    default: 'true',
  }),
  KAFKA_AUTO_COMMIT_INTERVAL_MS: variable(milliseconds(), {
    description: 'How often settled offsets are committed',
    default: '5000',
  }),
  KAFKA_SESSION_TIMEOUT_MS: variable(milliseconds(), {
    description: 'Silence after which the group gives the partitions of a member to others',
    default: '30000',
  }),
  KAFKA_HEARTBEAT_INTERVAL_MS: variable(milliseconds(), {
    description:
      'How often the member says it is alive; less than the session timeout, best under a third of it',
    default: '3000',
  }),
  KAFKA_REBALANCE_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long a rebalance waits for members to join again; not less than the session timeout',
    default: '60000',
  }),
  KAFKA_FETCH_MAX_WAIT_MS: variable(milliseconds(), {
    description:
      'How long a broker may hold a fetch while it has nothing to deliver; at most a third of the session timeout',
    default: '500',
  }),
  KAFKA_FETCH_MAX_BYTES: variable(integer({ min: 1, max: MAX_INT32 }, 'bytes'), {
    description: 'Most a broker returns to one fetch',
    default: '10485760',
  }),
  KAFKA_FETCH_MAX_BYTES_PER_PARTITION: variable(integer({ min: 1, max: MAX_INT32 }, 'bytes'), {
    description: 'Most a broker returns of one partition to one fetch',
    default: '524288',
  }),
  KAFKA_MAX_IN_FLIGHT: variable(integer({ min: 1, max: 10_000_000 }, 'records'), {
    description: 'Records fetched and not yet settled in the whole process; beyond it partitions are paused',
    default: '10000',
  }),
  KAFKA_MAX_IN_FLIGHT_BYTES: variable(integer({ min: 1, max: 1_099_511_627_776 }, 'bytes'), {
    description: 'The same bound in bytes',
    default: '67108864',
  }),
  KAFKA_MAX_UNPACKED_BATCH_BYTES: variable(integer({ min: 1_048_576, max: 2_147_483_647 }, 'bytes'), {
    description: 'What a compressed batch may unpack to; a partition waits, and is named, at one beyond it',
    default: '67108864',
  }),
  KAFKA_ISOLATION_LEVEL: variable(oneOf(['read_committed', 'read_uncommitted']), {
    description: 'Whether records of open and aborted transactions are left out or read',
    default: 'read_committed',
  }),
  KAFKA_TOPIC_REFRESH_MS: variable(milliseconds(100), {
    description: 'How often topics and partitions that appeared later are looked for',
    default: '30000',
  }),
  KAFKA_CORRECT_TOPIC_SETTINGS: variable(flag(), {
    description:
      'Whether settings of its own retry, parking and dead-letter topics are corrected where records could be lost or refused by them; else they are only named',
    default: 'true',
  }),
  KAFKA_LAG_REFRESH_MS: variable(milliseconds(100), {
    description:
      'How often the end of partitions that nothing was fetched from is asked for, to know their lag',
    default: '10000',
  }),
  KAFKA_STUCK_AFTER_MS: variable(milliseconds(), {
    description: 'A record unsettled for longer takes readiness down',
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
