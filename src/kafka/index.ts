export {
  BatchOutcomesError,
  BatchRecordError,
  HandlerTimeoutError,
  PartitionLostError,
  ShutdownDeadlineError,
} from '../core/pipeline/errors.js';
export { DependencyUnavailableError } from '../core/failures/unavailable.error.js';
export { PermanentError } from '../core/failures/permanent.error.js';
export type { ConfirmationGate } from './confirmation-gate.js';
export { describeError } from './describe-error.js';
export { FAILURE_REASONS } from './failure-reason.js';
export type { FailureCounts } from './group-counts.js';
export type { GroupConsumer } from './group-consumer.js';
export type { GroupStatus } from './group-status.js';
export { type GroupSummary, groupSummary } from './group-summary.js';
export { currentCall } from './handler-call.js';
export type { KafkaHandlerOptions } from './handler-options.js';
export { KafkaBatchContext } from './kafka-batch.context.js';
export { KafkaHandler } from './kafka-handler.decorator.js';
export { isConfirmable, KafkaRecordContext } from './kafka-record.context.js';
export { KafkaModule } from './kafka.module.js';
export { KafkaRuntime } from './kafka-runtime.js';
export { KafkaStrategy } from './kafka.strategy.js';
export {
  oldestOf,
  type PartitionView,
  partitionView,
  type StalledRecord,
  type StuckRecord,
  stuckOf,
  unresponsiveOf,
  whyUnopened,
} from './partition-view.js';
export { PayloadError } from './payload.js';
export { completionOfBatch, completionOfRecord } from './results.js';
export { SchemaViolationError } from './schema.js';
export type { TopicProblem } from './topic-settings.js';
