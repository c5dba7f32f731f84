import {
  describeError,
  type FailureProblem,
  type InFlightRecord,
  offsetsBetween,
  type PartitionStatus,
} from '../../pipeline/index.js';

/** A record that has been in flight for a long time. Ages are in ms. */
export interface StalledRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Its timestamp, or when it was received if it has none; in ms since the epoch. */
  readonly writtenAt: number;
  readonly ageMs: number;
  readonly failures: number;
  readonly state: string;
  readonly lastError: string | undefined;
}

/** A record that is stuck until an operator or a dependency resolves the cause. */
export interface StuckRecord extends StalledRecord {
  readonly kind: FailureProblem['kind'];
  /** The reason, for messages. */
  readonly why: string;
}

/** A snapshot of a partition, in plain values. Ages are in ms. */
export interface PartitionSnapshot {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is not settled. */
  readonly committableOffset: string;
  /** The offset that this member has committed. */
  readonly committed: string | undefined;
  /** The last stable offset with `read_committed`, the high watermark with `read_uncommitted`. */
  readonly reachableOffset: string;
  /** Offsets from the committable offset to the end. */
  readonly lag: number;
  readonly inFlight: number;
  readonly paused: boolean;
  readonly pauseReasons: readonly string[];
  readonly stalledForMs: number;
  /** Records that are parked. */
  readonly parked: number;
  /** Handler calls in progress. */
  readonly activeCalls: number;
  /** Records or batches that wait for a retry. */
  readonly waitingForRetry: number;
  /** The first unsettled record; its age is the time since the committable offset last moved. */
  readonly oldest: StalledRecord | undefined;
  /** Records that are stuck. */
  readonly stuck: readonly StuckRecord[];
  /** Records whose handlers were aborted and are still running; the age is how long they have run. */
  readonly unresponsive: readonly StalledRecord[];
  /** Why nothing of the partition is handled yet; undefined if records are handled. */
  readonly notStartedReason: string | undefined;
}

/** Reads the state of a partition. */
export function partitionSnapshot(status: PartitionStatus): PartitionSnapshot {
  const { topic, partition, oldest, stalledForMs } = status;
  const now = Date.now();
  return {
    topic,
    partition,
    committableOffset: status.committableOffset,
    committed: status.committed,
    reachableOffset: status.reachableOffset,
    lag: offsetsBetween(status.committableOffset, status.reachableOffset),
    inFlight: status.usage.records,
    paused: status.paused,
    pauseReasons: status.pauseReasons,
    stalledForMs,
    parked: status.parked,
    activeCalls: status.activeCalls,
    waitingForRetry: status.waitingForRetry,
    oldest: oldest && stalled(status, oldest, stalledForMs),
    stuck: status.problems.map((problem) => ({
      ...stalled(status, problem.record, now - problem.record.receivedAt),
      kind: problem.kind,
      why: whyStuck(problem),
    })),
    unresponsive: status.unresponsive.map((record) => stalled(status, record, now - record.startedAt)),
    notStartedReason: whyNotStarted(status),
  };
}

function whyNotStarted({ topic, partition, parkingProblem }: PartitionStatus): string | undefined {
  if (parkingProblem === undefined) return undefined;
  return `${topic}[${partition}]: the parking topic cannot be read, so nothing is handled: ${describeError(parkingProblem)}`;
}

function whyStuck({ kind, error, reason }: FailureProblem): string {
  switch (kind) {
    case 'not stored':
      return `a failed record cannot be stored (${describeError(error)})`;
    case 'circuit-breaker':
      return `the circuit breaker is open, as ${reason}`;
    case 'dependency':
      return `a dependency of a handler is unavailable (${describeError(error)})`;
    case 'stop':
      return 'a handler has stopped its partition';
  }
}

function stalled(status: PartitionStatus, record: InFlightRecord, ageMs: number): StalledRecord {
  const { topic, partition } = status;
  const { offset, failures, lastError, receivedAt } = record;
  const timestamp = Number(record.record.timestamp);
  return {
    topic,
    partition,
    offset,
    // Records in the oldest message format have no timestamp.
    writtenAt: timestamp > 0 ? timestamp : receivedAt,
    ageMs,
    failures,
    state: stateOf(record, status.waitOf(record)?.what),
    lastError: lastError === undefined ? undefined : describeError(lastError),
  };
}

/** @param wait the resource that its handler waits for; undefined if it does not wait */
function stateOf(record: InFlightRecord, wait: string | undefined): string {
  if (record.startedAt > 0) {
    const ranFor = `its handler has run for ${Date.now() - record.startedAt} ms`;
    return wait === undefined ? ranFor : `${ranFor}, and waits for ${wait}`;
  }
  if (record.retryAt > 0) return `to be retried in ${Math.max(0, record.retryAt - Date.now())} ms`;
  return record.handled ? 'handled, but its handler has not committed it' : 'waiting for its lane';
}
