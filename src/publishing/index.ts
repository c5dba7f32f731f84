export type { CodedError } from '../errors/index.js';
export type { PermanentError } from '../transport/index.js';
export {
  type AccessCode,
  AccessError,
  type Compression,
  DeliveryTimeoutError,
  ProducerClosedError,
  RecordRefusedError,
  RecordTooLargeError,
  UnknownPartitionError,
  UnknownTopicError,
} from '../client/index.js';
export { PublishedValueError, PublishInTransactionError, TopicDefinitionError } from './errors.js';
export { KafkaPublisherModule } from './kafka-publisher.module.js';
export type { PublishOptions } from './outgoing.js';
export { Publisher } from './publisher.js';
export {
  type CheckedTopicOptions,
  defineTopic,
  type Topic,
  type TopicFormat,
  type TopicKey,
  type TopicOptions,
} from './topic.js';
