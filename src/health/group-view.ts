import type { InFlightRecord } from '../core/records/in-flight.js';
import { offsetsBetween } from '../core/records/offset.js';
import type { PartitionPipeline } from '../core/pipeline/partition.js';
import { describeError, type GroupConsumer } from '../kafka/index.js';
import type { GroupView, StalledRecord } from './truth-table.js';

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
  readonly watermarkAgeMs: number;
}

/** The state that the probes judge. */
export function viewOf(group: GroupConsumer): GroupView {
  const pipelines = [...group.pipeline.partitions];
  const [oldest] = pipelines
    .map(oldestOf)
    .filter((record) => record !== undefined)
    .toSorted((a, b) => b.ageMs - a.ageMs);
  const unresponsive = pipelines.flatMap((pipeline) =>
    pipeline.unresponsive.map((record) => stalled(pipeline, record, Date.now() - record.startedAt)),
  );
  return { status: group.status, oldest, unresponsive };
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
    watermarkAgeMs: pipeline.stalledForMs,
  }));
}

function oldestOf(pipeline: PartitionPipeline): StalledRecord | undefined {
  const { oldest } = pipeline;
  return oldest && stalled(pipeline, oldest, pipeline.stalledForMs);
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
