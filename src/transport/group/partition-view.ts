import {
  describeError,
  type FailureProblem,
  type InFlightRecord,
  offsetsBetween,
  type PartitionPipeline,
} from '../../pipeline/index.js';

/** A partition as an operator sees it. Ages are in ms. */
export interface PartitionView {
  readonly topic: string;
  readonly partition: number;
  readonly committableOffset: string;
  readonly committed: string | undefined;
  readonly endOffset: string;
  readonly lag: number;
  readonly inFlight: number;
  readonly paused: boolean;
  readonly pauseReasons: readonly string[];
  readonly stalledForMs: number;
  /** Records that are parked. */
  readonly parked: number;
}

/** The first unsettled record of a partition. Ages are in ms. */
export interface StalledRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly ageMs: number;
  readonly failures: number;
  readonly state: string;
  readonly lastError: string | undefined;
}

/** A record that is stuck until an operator or a dependency resolves the cause. */
export interface StuckRecord extends StalledRecord {
  readonly kind: FailureProblem['kind'];
  /** In words. */
  readonly why: string;
}

/** The progress of a partition. */
export function partitionView(pipeline: PartitionPipeline): PartitionView {
  return {
    topic: pipeline.topic,
    partition: pipeline.partition,
    committableOffset: pipeline.committableOffset,
    committed: pipeline.committed,
    endOffset: pipeline.endOffset,
    lag: offsetsBetween(pipeline.committableOffset, pipeline.endOffset),
    inFlight: pipeline.usage.records,
    paused: pipeline.paused,
    pauseReasons: pipeline.pauseReasons,
    stalledForMs: pipeline.stalledForMs,
    parked: pipeline.parked,
  };
}

/** The first unsettled record; its age is the time since the committable offset last moved. */
export function oldestOf(pipeline: PartitionPipeline): StalledRecord | undefined {
  const { oldest } = pipeline;
  return oldest && stalled(pipeline, oldest, pipeline.stalledForMs);
}

/** Stuck records. */
export function stuckOf(pipeline: PartitionPipeline): StuckRecord[] {
  return pipeline.problems.map((problem) => {
    const { record, kind } = problem;
    const ageMs = Date.now() - record.receivedAt;
    return { ...stalled(pipeline, record, ageMs), kind, why: whyStuck(problem) };
  });
}

/** Records whose handlers were aborted and are still running; the age is how long they have run. */
export function unresponsiveOf(pipeline: PartitionPipeline): StalledRecord[] {
  return pipeline.unresponsive.map((record) => stalled(pipeline, record, Date.now() - record.startedAt));
}

/** Why nothing of the partition is handled yet; undefined if records are handled. */
export function parkingProblemOf({
  topic,
  partition,
  parkingProblem,
}: PartitionPipeline): string | undefined {
  if (parkingProblem === undefined) return undefined;
  return `${topic}[${partition}]: what is parked can not be read, so nothing is handled: ${describeError(parkingProblem)}`;
}

function whyStuck({ kind, error, reason }: FailureProblem): string {
  switch (kind) {
    case 'not stored':
      return `a record can not be put aside (${describeError(error)})`;
    case 'circuit-breaker':
      return `no more records are given up, as ${reason}`;
    case 'dependency':
      return `what a handler depends on can not be used (${describeError(error)})`;
    case 'stop':
      return 'a handler has stopped its partition';
  }
}

function stalled(pipeline: PartitionPipeline, record: InFlightRecord, ageMs: number): StalledRecord {
  const { topic, partition } = pipeline;
  const { offset, failures, lastError } = record;
  return {
    topic,
    partition,
    offset,
    ageMs,
    failures,
    state: stateOf(record, pipeline.waitOf(record)),
    lastError: lastError === undefined ? undefined : describeError(lastError),
  };
}

/** @param wait what its handler waits for that is not its doing */
function stateOf(record: InFlightRecord, wait: string | undefined): string {
  if (record.startedAt > 0) {
    const ranFor = `its handler has run for ${Date.now() - record.startedAt} ms`;
    return wait === undefined ? ranFor : `${ranFor}, and waits for ${wait}`;
  }
  if (record.retryAt > 0) return `to be tried again in ${Math.max(0, record.retryAt - Date.now())} ms`;
  return record.handled ? 'handled, but its handler has not committed it' : 'waiting for its lane';
}
