export { AccessError } from './access.error.js';
export type {
  ConsumerListener,
  GroupConsumerClient,
  KafkaPort,
  ManyPartitionsReader,
  Membership,
  NativeConsumer,
  NativeProducer,
  OutgoingRecord,
  PartitionBounds,
  PartitionRange,
  PartitionReader,
  RecordProducer,
  TopicSpec,
  TransactionalProducer,
} from './kafka-port.js';
export { UnknownTopicError, rootCause } from './kafkajs/errors.js';
export { KafkaJsPort } from './kafkajs/kafkajs-port.js';
export { keyPartition } from './kafkajs/producer/partitioner.js';
export { RecordTooLargeError, UnknownPartitionError } from './producer-errors.js';
export type { EnsuredTopic, TopicProblem, TopicSetting } from './topic-settings.js';
