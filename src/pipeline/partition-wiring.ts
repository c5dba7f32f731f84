import type { Clock, Turn } from './time/clock.js';
import type { InFlightLimiter } from './records/in-flight-limiter.js';
import type { Committer } from './commit/committer.js';
import type { TopicPartition } from './records/fetched.js';
import type { Offset } from './records/offset.js';
import { BatchDispatcher } from './dispatch/batch-dispatcher.js';
import { CallResults } from './dispatch/call-results.js';
import type { FailureListener } from './failures/failure-event.js';
import { FailureHandler } from './failures/failure-handler.js';
import { LimitPause } from './fetch/limit-pause.js';
import { PauseReasons } from './fetch/pause-reasons.js';
import type { Handler } from './handler/handler.js';
import { HandlerCalls } from './dispatch/handler-calls.js';
import { Ownership } from './records/ownership.js';
import { PartitionOwner } from './dispatch/partition-owner.js';
import { RecordIntake, type RecordIntakeEvents } from './record-intake.js';
import { Parking } from './parking/parking.js';
import { UnparkedDispatcher } from './dispatch/unparked-dispatcher.js';
import { RecordDispatcher } from './dispatch/record-dispatcher.js';
import { Settlement } from './commit/settlement.js';
import type { TopicCounts } from './dispatch/topic-counts.js';

/** Events of a partition that its group reacts to. */
export interface PartitionEvents {
  readonly failed: FailureListener;
  readonly intake: RecordIntakeEvents;
  /** Fetching must stop until `fetchResumed`. */
  fetchPaused(at: TopicPartition): void;
  /** The last pause reason was removed. */
  fetchResumed(at: TopicPartition): void;
  /** No handler is running in the partition any more. */
  partitionIdle(): void;
}

/** The dependencies of a partition's pipeline. */
export interface PartitionParts {
  readonly handler: Handler;
  /** The group's generation when this ownership began. */
  readonly generation: number;
  readonly limiter: InFlightLimiter;
  readonly committer: Committer;
  readonly counts: TopicCounts;
  readonly events: PartitionEvents;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: () => number;
}

/** Callbacks of a partition's parts to its pipeline. */
export interface PartitionHooks {
  /** A record failed, or the partition is affected by failed records. */
  readonly failed: FailureListener;
  /** A call has ended, or a failed record waits: the partition may be idle. */
  readonly returned: () => void;
  /** The parked keys are known. */
  readonly parkingLoaded: () => void;
}

/** The parts of a partition's pipeline. */
export interface PartitionWiring {
  readonly ownership: Ownership;
  readonly settlement: Settlement;
  readonly intake: RecordIntake;
  readonly pauses: PauseReasons;
  readonly limitPause: LimitPause;
  readonly calls: HandlerCalls;
  readonly dispatcher: RecordDispatcher | BatchDispatcher;
  readonly failures: FailureHandler;
  readonly owner: PartitionOwner;
  /** Only with a handler that parks records. */
  readonly parking: Parking | undefined;
  readonly unparked: UnparkedDispatcher | undefined;
}

/**
 * Creates the parts of a partition's pipeline and connects them. A record that succeeds passes intake, dispatcher,
 * results and settlement; failures and parking handle the others.
 */
export function wirePartition(
  at: TopicPartition,
  startOffset: Offset,
  { handler, limiter, committer, counts, events, clock, turn, random }: PartitionParts,
  hooks: PartitionHooks,
): PartitionWiring {
  const { failed: report, returned, parkingLoaded: loaded } = hooks;
  const ownership = new Ownership();
  const settlement = new Settlement(at, startOffset, limiter, committer, clock);
  const calls = new HandlerCalls(at, handler.timeoutMs, clock);
  const pauses = new PauseReasons((isPaused) => {
    if (isPaused) events.fetchPaused(at);
    else events.fetchResumed(at);
  });
  const limitPause = new LimitPause(limiter, settlement, pauses);
  const parking =
    handler.parking &&
    new Parking({
      store: handler.parking.storeOf(at),
      limit: handler.parking.limit,
      concurrency: handler.concurrency,
      clock,
      random,
      handleUnparked: (record) => unparked?.receive(record),
      loaded,
      unavailable: (error, delayMs) => report({ kind: 'parking unavailable', at, error, delayMs }),
    });
  const failures = new FailureHandler({
    at,
    handler,
    parking,
    clock,
    random,
    oldest: () => settlement.committableSequence,
    settle: (record) => results.confirmed([record]),
    report,
    returned,
  });
  const shared = { handler, ownership, settlement, calls, limitPause, returned };
  const results = new CallResults({ ...shared, failures, counts, report });
  const dispatcher =
    handler.read === 'batch'
      ? new BatchDispatcher(handler, results, failures, clock, turn)
      : new RecordDispatcher(handler, results, failures, clock, turn);
  const owner = new PartitionOwner(at, { ...shared, committer, dispatcher });
  const unparked =
    parking && new UnparkedDispatcher({ handler, settlement, results, failures, parking, owner, clock });
  const intake = new RecordIntake(startOffset, {
    at,
    events: events.intake,
    handler,
    limiter,
    clock,
    settlement,
    pauses,
    limitPause,
    dispatcher,
    owner,
  });
  return {
    ownership,
    settlement,
    intake,
    pauses,
    limitPause,
    calls,
    dispatcher,
    failures,
    owner,
    parking,
    unparked,
  };
}
