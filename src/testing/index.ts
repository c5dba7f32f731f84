export type { CodedError } from '../errors/index.js';
export type { ConnectKafkaOptions } from '../transport/index.js';
export type {
  DatabaseConfig,
  KafkaConfig,
  KafkaModuleOptions,
  PartialOptions,
  PasswordConfig,
  SaslConfig,
  SaslExtensions,
  SecretFiles,
  TlsConfig,
  TokenConfig,
  TokenEndpointConfig,
  WithoutFiles,
} from '../config/index.js';
export { HandlerHangsError, KafkaTestingNotStartedError, TopicWithoutHandlerError } from './errors.js';
export type { Delivery, OfGroup } from './delivery.js';
export { KafkaTesting } from './kafka-testing.js';
export { KafkaTestingModule, type KafkaTestingOptions } from './kafka-testing.module.js';
export type { PublishedRecord } from './published-records.js';
export type { Compression, Topic, TopicFormat, TopicKey, TopicOptions } from '../publishing/index.js';
export type { DeliveryStatus } from './pipeline-watch.js';
export type { RecordToDeliver, StoredFailure, WrittenRecord } from './records.js';
export type { WaitingRetry } from './stored-records.js';
