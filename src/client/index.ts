export { type AccessCode, AccessError } from './access.error.js';
export type { BatchProducer, BatchRecord, Compression, WrittenPosition } from './batch-producer.js';
export {
  type ConsumerListener,
  type GroupConsumerClient,
  type KafkaPort,
  type Membership,
  type NativeConsumer,
  type NativeProducer,
  type OutgoingRecord,
  OWN_ASSIGNOR,
  type RecordProducer,
  type TopicSpec,
  type TransactionalProducer,
  type UnlikeMember,
} from './kafka-port.js';
export { UnknownTopicError, rootCause } from './kafkajs/errors.js';
export { KafkaJsPort } from './kafkajs/kafkajs-port.js';
export { keyPartition } from './kafkajs/producer/partitioner.js';
export type {
  ManyPartitionsReader,
  PartitionBounds,
  PartitionRange,
  PartitionReader,
} from './partition-readers.js';
export {
  DeliveryTimeoutError,
  ProducerClosedError,
  RecordRefusedError,
  RecordTooLargeError,
  UnknownPartitionError,
} from './producer-errors.js';
export type { EnsuredTopic, TopicProblem, TopicSetting } from './topic-settings.js';
