export type { CommitFailure, CommitTarget } from './commit/commit-target.js';
export { describeError } from './errors/describe-error.js';
export { errorMessageOf, errorNameOf, errorStackOf, sqlStateOf } from './errors/error-text.js';
export {
  BatchOutcomesError,
  BatchRecordError,
  HandlerTimeoutError,
  PartitionLostError,
  ShutdownDeadlineError,
  UndecodableRecordsError,
} from './errors/errors.js';
export { PermanentError } from './errors/permanent.error.js';
export { DependencyUnavailableError } from './errors/unavailable.error.js';
export { hasRejection, isOutcome, rejectionsOf } from './failures/batch-outcomes.js';
export { DEFAULT_DEAD_LETTER_LIMIT } from './failures/circuit-breaker.js';
export { decide, mayRetry } from './failures/decision.js';
export type { FailureEvent } from './failures/failure-event.js';
export type { FailureProblem } from './failures/failure-problems.js';
export type { OperatorPause } from './fetch/operator-pauses.js';
export { type FetchControl, type GroupEvents, type GroupParts, GroupPipeline } from './group.js';
export {
  type DeadLetterLimit,
  FAILURE_OUTCOMES,
  isHandledAgain,
  LAST_RESORTS,
  type FailureDestination,
  type FailureOutcome,
  type FailurePolicy,
  type LastResort,
  type RetryPolicy,
} from './handler/failure-policy.js';
export {
  ANSWERED,
  type BatchHandler,
  type CommitMode,
  type Handler,
  type Order,
  type PassedOver,
  type RecordHandler,
} from './handler/handler.js';
export { isPromiseLike } from './handler/promise-like.js';
export type { ParkedRecord } from './parking/parked-keys.js';
export { Parking, type ParkingParts } from './parking/parking.js';
export type { ParkingOwnership, ParkingStore } from './parking/parking-store.js';
export type { PartitionPipeline } from './partition.js';
export type { PartitionStatus } from './partition-status.js';
export type { FailedRecord } from './records/failed.js';
export type {
  FetchedBatch,
  FetchedRecord,
  RawHeaders,
  TopicPartition,
  TopicPartitionOffset,
} from './records/fetched.js';
export { InFlightLimiter } from './records/in-flight-limiter.js';
export { type CallWait, InFlightRecord, type RecordOrigin, type RecordOwner } from './records/in-flight.js';
export { type KeyName, keyNameOf } from './records/key-name.js';
export { type Offset, compareOffsets, offsetAfter, offsetsBetween, toOffset } from './records/offset.js';
export { sleep, untilAborted } from './time/abortable.js';
export { DEFAULT_BACKOFF, backoffMs } from './time/backoff.js';
export type { Cancel, Clock, Turn } from './time/clock.js';
export { eventLoopTurn, systemClock } from './time/event-loop.js';
export { CALL_BOUNDS_MS, CallTimes, TopicCounts } from './dispatch/topic-counts.js';
