export type { NativeConsumer, NativeProducer, TopicProblem } from '../client/index.js';
export type {
  CallWait,
  CommitMode,
  DeadLetterLimit,
  FailureDestination,
  FailureOutcome,
  FetchedRecord,
  InFlightRecord,
  LastResort,
  Offset,
  Order,
  RawHeaders,
  RecordOrigin,
  RecordOwner,
  TopicPartition,
} from '../pipeline/index.js';
export {
  BatchOutcomesError,
  BatchRecordError,
  DependencyUnavailableError,
  describeError,
  HandlerTimeoutError,
  PartitionLostError,
  PermanentError,
  ShutdownDeadlineError,
} from '../pipeline/index.js';
export type { ConfirmationGate } from './context/confirmation-gate.js';
export { KafkaBatchContext } from './context/kafka-batch.context.js';
export {
  type ContextArgs,
  isConfirmable,
  type KafkaMessage,
  KafkaRecordContext,
} from './context/kafka-record.context.js';
export { OpenTransactionError } from './context/unfinished-work.js';
export {
  connectKafka,
  type ConnectKafkaOptions,
  type KafkaConnection,
  testMicroservice,
} from './connect-kafka.js';
export type { GroupConsumer } from './group/group-consumer.js';
export type { FailureCounts } from './group/group-counts.js';
export { type GroupSnapshot, groupSnapshot } from './group/group-snapshot.js';
export { RUNTIME_ENVIRONMENT, type RuntimeEnvironment } from './group/runtime-environment.js';
export { StatusRecorder } from './group/group-status.js';
export {
  type PartitionSnapshot,
  partitionSnapshot,
  type StalledRecord,
  type StuckRecord,
} from './group/partition-snapshot.js';
export { FAILURE_REASONS } from './handlers/failures/failure-reason.js';
export {
  CALL_TRACER,
  type CallSpan,
  type CallTracer,
  type SendSpan,
} from './handlers/invocation/call-tracer.js';
export {
  type CallTrace,
  currentCall,
  enteredCall,
  HandlerCall,
  within,
} from './handlers/invocation/handler-call.js';
export { completionOfBatch, completionOfRecord } from './handlers/invocation/results.js';
export { KafkaHandler } from './handlers/kafka-handler.decorator.js';
export type { KafkaFailureOptions } from './handlers/options/failure-options.js';
export type { ErrorMatcher, KafkaRetryOptions } from './handlers/options/retry-options.js';
export {
  handlerDefaults,
  HandlerOptionsError,
  type KafkaHandlerOptions,
  type ResolvedHandlerOptions,
  resolveHandlerOptions,
} from './handlers/options/handler-options.js';
export {
  controllerMethods,
  declarationOf,
  type DeclaredHandler,
  declaredHandlers,
  type Named,
} from './handlers/registry/declared-handlers.js';
export { HandlerNotInControllersError, NoHandlerError } from './handlers/registry/handler-classes.js';
export type { HandlerSummary } from './handlers/registry/handler-summary.js';
export { HandlerRoutes, type RoutedHandler } from './handlers/registry/handler-routes.js';
export { isTopicName } from './handlers/options/topic-name.js';
export { MicroserviceConfigError } from './handlers/registry/microservice-config.js';
export { KafkaRuntime } from './kafka-runtime.js';
export { type KafkaCluster, KafkaClusters } from './kafka-clusters.js';
export { KafkaModuleError, UnknownClusterError } from './kafka-module.error.js';
export {
  type ClusterOptions,
  KafkaModule,
  type KafkaModuleAsyncOptions,
  type KafkaRootOptions,
} from './kafka.module.js';
export { KafkaStrategy } from './kafka.strategy.js';
export { DuplicatePackageError } from './one-copy.js';
export { PUBLISH_FAILURES, type PublishedCounts } from './published-counts.js';
export { KAFKA_PORT } from './tokens.js';
export { inexactNumbers, parseWithInexactAsText } from './payload/exact-json.js';
export { decodeValue, PayloadError, type ValueFormat } from './payload/payload.js';
export { SchemaViolationError, validated } from './payload/schema.js';
