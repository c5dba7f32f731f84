import type { InFlightRecord } from '../core/records/in-flight.js';
import { offsetsBetween } from '../core/records/offset.js';
import type { PartitionPipeline } from '../core/pipeline/partition.js';
import { describeError, type GroupConsumer } from '../kafka/index.js';
import type { FailureProblem } from '../core/pipeline/failures.js';
import type { GroupView, StalledRecord, StuckRecord } from './truth-table.js';

/** What a group's partitions look like to an operator. Ages are in ms. */
export interface PartitionView {
  readonly topic: string;
  readonly partition: number;
  readonly watermark: string;
  readonly committed: string | undefined;
  readonly end: string;
  readonly lag: number;
  readonly inFlight: number;
  readonly paused: boolean;
  readonly pausedBecause: readonly string[];
  readonly watermarkAgeMs: number;
  /** Records that are parked. */
  readonly parked: number;
}

/** The state that the probes judge. */
export function viewOf(group: GroupConsumer): GroupView {
  const pipelines = [...group.pipeline.partitions];
  const [oldest] = pipelines
    .filter((pipeline) => !group.pipeline.isPaused(pipeline))
    .map(oldestOf)
    .filter((record) => record !== undefined)
    .toSorted((a, b) => b.ageMs - a.ageMs);
  const unresponsive = pipelines.flatMap((pipeline) =>
    pipeline.unresponsive.map((record) => stalled(pipeline, record, Date.now() - record.startedAt)),
  );
  const stuck = pipelines.flatMap((pipeline) =>
    pipeline.problems.map((problem) => toStuck(pipeline, problem)),
  );
  return { status: group.status, oldest, stuck, unopened: pipelines.flatMap(whyUnopened), unresponsive };
}

/** The member's partitions, for `/health`. */
export function partitionsOf(group: GroupConsumer): PartitionView[] {
  return [...group.pipeline.partitions].map((pipeline) => ({
    topic: pipeline.topic,
    partition: pipeline.partition,
    watermark: pipeline.watermark,
    committed: pipeline.committed,
    end: pipeline.end,
    lag: offsetsBetween(pipeline.watermark, pipeline.end),
    inFlight: pipeline.usage.records,
    paused: pipeline.paused,
    pausedBecause: pipeline.pausedBecause,
    watermarkAgeMs: pipeline.stalledForMs,
    parked: pipeline.parked,
  }));
}

function oldestOf(pipeline: PartitionPipeline): StalledRecord | undefined {
  const { oldest } = pipeline;
  return oldest && stalled(pipeline, oldest, pipeline.stalledForMs);
}

function whyUnopened({ topic, partition, parkingProblem }: PartitionPipeline): string[] {
  if (parkingProblem === undefined) return [];
  return [
    `${topic}[${partition}]: what is parked can not be read, so nothing is handled: ${describeError(parkingProblem)}`,
  ];
}

function toStuck(pipeline: PartitionPipeline, problem: FailureProblem): StuckRecord {
  const { record, kind } = problem;
  const ageMs = Date.now() - record.receivedAt;
  return { ...stalled(pipeline, record, ageMs), kind, why: whyStuck(problem) };
}

function whyStuck({ kind, error, reason }: FailureProblem): string {
  switch (kind) {
    case 'not stored':
      return `a record can not be put aside (${describeError(error)})`;
    case 'brake':
      return `no more records are given up, as ${reason}`;
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
    state: stateOf(record),
    lastError: lastError === undefined ? undefined : describeError(lastError),
  };
}

function stateOf(record: InFlightRecord): string {
  if (record.startedAt > 0) return `its handler has run for ${Date.now() - record.startedAt} ms`;
  if (record.retryAt > 0) return `to be tried again in ${Math.max(0, record.retryAt - Date.now())} ms`;
  return record.handled ? 'handled, but its handler has not committed it' : 'waiting for its lane';
}
