import type { TopicPartition } from './records/fetched.js';
import type { Usage } from './records/in-flight-limiter.js';
import type { CallWait, InFlightRecord } from './records/in-flight.js';
import type { Offset } from './records/offset.js';
import type { FailureProblem } from './failures/failure-problems.js';
import type { PauseReason } from './fetch/pause-reasons.js';
import type { PartitionWiring } from './partition-wiring.js';

/** The status of a partition's pipeline, for health, metrics and operators. */
export class PartitionStatus {
  readonly topic: string;
  readonly partition: number;

  constructor(
    at: TopicPartition,
    private readonly parts: PartitionWiring,
  ) {
    this.topic = at.topic;
    this.partition = at.partition;
  }

  /** What the broker last acknowledged; undefined before the first commit. */
  get committed(): Offset | undefined {
    return this.parts.settlement.committed;
  }

  /** The first offset that is not settled. */
  get committableOffset(): Offset {
    return this.parts.settlement.committableOffset;
  }

  /** The records in flight and their size. */
  get usage(): Usage {
    return this.parts.settlement.usage;
  }

  /** Where a reader at this isolation level could read to when the broker last reported it. */
  get reachableOffset(): Offset {
    return this.parts.intake.reachableOffset;
  }

  /** When the broker last reported it, in ms since the epoch; 0 before that. */
  get reachableOffsetAt(): number {
    return this.parts.intake.reachableOffsetAt;
  }

  /** The first unsettled record: it determines the committable offset. */
  get oldest(): InFlightRecord | undefined {
    return this.parts.settlement.tracker.oldest;
  }

  /** How long the committable offset has not moved although a record is in flight, in ms. */
  get stalledForMs(): number {
    return this.parts.settlement.stalledForMs;
  }

  /** How many records are parked; 0 if the handler parks none. */
  get parked(): number {
    return this.parts.parking?.count ?? 0;
  }

  /** Why the parked keys are not known yet; nothing is handled until they are. */
  get parkingProblem(): unknown {
    const { parking } = this.parts;
    return parking?.isLoaded === false ? parking.problem : undefined;
  }

  /** Lanes or batches whose handler is running; an unparked record counts as a lane of its own. */
  get activeCalls(): number {
    const { dispatcher, unparked } = this.parts;
    return dispatcher.activeCalls + (unparked?.activeCalls ?? 0);
  }

  /** Records or batches that wait for another attempt to handle or store them. */
  get waitingForRetry(): number {
    return this.parts.failures.waiting;
  }

  /** Whether fetching is paused. */
  get paused(): boolean {
    return this.parts.pauses.isPaused;
  }

  /** Why fetching is paused. */
  get pauseReasons(): readonly PauseReason[] {
    return this.parts.pauses.list;
  }

  /** Records that are stuck until an operator or a dependency resolves the cause. */
  get problems(): FailureProblem[] {
    return [...this.parts.failures.problems];
  }

  /** Records whose handlers were aborted at their timeout and are still running after another timeout. */
  get unresponsive(): InFlightRecord[] {
    return this.parts.calls.unresponsive;
  }

  /** What the record's running handler waits for; undefined if it does not wait or is not running. */
  waitOf(record: InFlightRecord): CallWait | undefined {
    const { calls, dispatcher } = this.parts;
    const call = dispatcher.callOf(record);
    return call && calls.waitOf(call);
  }
}
