import type { OperatorPause } from '../../core/pipeline/group.js';
import type { PartitionPipeline } from '../../core/pipeline/partition.js';
import {
  type GroupConsumer,
  type GroupSummary,
  groupSummary,
  oldestOf,
  type PartitionView,
  partitionView,
  type StalledRecord,
  type StuckRecord,
  stuckOf,
  unresponsiveOf,
  whyUnopened,
} from '../../kafka/index.js';

/** All that is known of a partition. */
export interface PartitionState extends PartitionView {
  readonly atWork: number;
  readonly waitingForRetry: number;
  readonly oldest: StalledRecord | undefined;
  readonly stuck: readonly StuckRecord[];
  readonly unresponsive: readonly StalledRecord[];
  readonly unopened: string | undefined;
}

/** All that is known of a group's consumer. */
export interface GroupState extends GroupSummary {
  readonly pausedByOperator: readonly OperatorPause[];
  readonly partitions: readonly PartitionState[];
}

/** Looks at a group. */
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
    atWork: pipeline.atWork,
    waitingForRetry: pipeline.waitingForRetry,
    oldest: oldestOf(pipeline),
    stuck: stuckOf(pipeline),
    unresponsive: unresponsiveOf(pipeline),
    unopened: whyUnopened(pipeline),
  };
}
