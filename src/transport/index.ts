export {
  BatchOutcomesError,
  BatchRecordError,
  HandlerTimeoutError,
  PartitionLostError,
  ShutdownDeadlineError,
} from '../pipeline/index.js';
export { DependencyUnavailableError } from '../pipeline/index.js';
export { PermanentError } from '../pipeline/index.js';
export type { ConfirmationGate } from './context/confirmation-gate.js';
export { describeError } from '../pipeline/index.js';
export { FAILURE_REASONS } from './handlers/failures/failure-reason.js';
export type { FailureCounts } from './group/group-counts.js';
export type { GroupConsumer } from './group/group-consumer.js';
export { StatusRecorder } from './group/group-status.js';
export { type GroupSnapshot, groupSnapshot } from './group/group-snapshot.js';
export { OpenTransactionError } from './context/unfinished-work.js';
export { currentCall } from './handlers/invocation/handler-call.js';
export type { KafkaHandlerOptions } from './handlers/options/handler-options.js';
export { KafkaBatchContext } from './context/kafka-batch.context.js';
export { KafkaHandler } from './handlers/kafka-handler.decorator.js';
export { isConfirmable, KafkaRecordContext } from './context/kafka-record.context.js';
export { KafkaModule } from './kafka.module.js';
export { KafkaRuntime } from './kafka-runtime.js';
export { KafkaStrategy } from './kafka.strategy.js';
export {
  type PartitionSnapshot,
  partitionSnapshot,
  type StalledRecord,
  type StuckRecord,
} from './group/partition-snapshot.js';
export { PayloadError } from './payload/payload.js';
export { completionOfBatch, completionOfRecord } from './handlers/invocation/results.js';
export { SchemaViolationError } from './payload/schema.js';
export type { TopicProblem } from '../client/index.js';
export { LineLimit } from './group/line-limit.js';
export { CALL_TRACER, type CallSpan, type CallTracer } from './handlers/invocation/call-tracer.js';
export { type CallTrace, HandlerCall, enteredCall, within } from './handlers/invocation/handler-call.js';
export {
  handlerDefaults,
  type ResolvedHandlerOptions,
  resolveHandlerOptions,
} from './handlers/options/handler-options.js';
export { HandlerRoutes, type RoutedHandler } from './handlers/registry/handler-routes.js';
export {
  controllerMethods,
  declarationOf,
  declaredHandlers,
  type Named,
} from './handlers/registry/declared-handlers.js';
export { validated } from './payload/schema.js';
export { inexactNumbers, parseWithInexactAsText } from './payload/exact-json.js';
export { decodeValue } from './payload/payload.js';
