import {
  type GroupConsumer,
  oldestOf,
  partitionView,
  type PartitionView,
  stuckOf,
  unresponsiveOf,
  parkingProblemOf,
} from '../transport/index.js';
import type { GroupView } from './truth-table.js';

/** The state that the probes evaluate. */
export function viewOf(group: GroupConsumer): GroupView {
  const pipelines = [...group.pipeline.partitions];
  const [oldest] = pipelines
    .filter((pipeline) => !group.pipeline.isPaused(pipeline))
    .map(oldestOf)
    .filter((record) => record !== undefined)
    .toSorted((a, b) => b.ageMs - a.ageMs);
  return {
    status: group.status,
    oldest,
    stuck: pipelines.flatMap(stuckOf),
    unopened: pipelines.map(parkingProblemOf).filter((why) => why !== undefined),
    unresponsive: pipelines.flatMap(unresponsiveOf),
  };
}

/** The member's partitions, for `/health`. */
export function partitionsOf(group: GroupConsumer): PartitionView[] {
  return [...group.pipeline.partitions].map(partitionView);
}
