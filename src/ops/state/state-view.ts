import type { OperatorPause, PartitionPipeline } from '../../pipeline/index.js';
import {
  type GroupConsumer,
  groupSummary,
  type GroupSummary,
  oldestOf,
  partitionView,
  type PartitionView,
  type StalledRecord,
  stuckOf,
  type StuckRecord,
  unresponsiveOf,
  parkingProblemOf,
} from '../../transport/index.js';

/** The complete state of a partition. */
export interface PartitionState extends PartitionView {
  readonly activeCalls: number;
  readonly waitingForRetry: number;
  readonly oldest: StalledRecord | undefined;
  readonly stuck: readonly StuckRecord[];
  readonly unresponsive: readonly StalledRecord[];
  readonly unopened: string | undefined;
}

/** The complete state of a group's consumer. */
export interface GroupState extends GroupSummary {
  readonly pausedByOperator: readonly OperatorPause[];
  readonly partitions: readonly PartitionState[];
}

/** The state of a group's consumer. */
export function groupState(group: GroupConsumer): GroupState {
  const { operatorPauses, partitions } = group.pipeline;
  return {
    ...groupSummary(group),
    pausedByOperator: operatorPauses,
    partitions: [...partitions].map(partitionState),
  };
}

function partitionState(pipeline: PartitionPipeline): PartitionState {
  return {
    ...partitionView(pipeline),
    activeCalls: pipeline.activeCalls,
    waitingForRetry: pipeline.waitingForRetry,
    oldest: oldestOf(pipeline),
    stuck: stuckOf(pipeline),
    unresponsive: unresponsiveOf(pipeline),
    unopened: parkingProblemOf(pipeline),
  };
}
