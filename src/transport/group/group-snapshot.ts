import type { GroupPipeline, OperatorPause } from '../../pipeline/index.js';
import type { GroupStatus } from './group-status.js';
import { type PartitionSnapshot, partitionSnapshot } from './partition-snapshot.js';

/** A group's consumer at one moment, in plain values: what health, metrics and the operators' API report. */
export interface GroupSnapshot extends Omit<GroupStatus, 'unreadableBatches'> {
  /** Why partitions wait at a batch that cannot be read. */
  readonly unreadableBatches: readonly string[];
  /** Successful commit requests, each for all partitions of the member. */
  readonly commits: number;
  readonly commitFailures: number;
  /** Topics and partitions that an operator has paused, assigned or not. */
  readonly pausedByOperator: readonly OperatorPause[];
  /** Assigned partitions, including those whose position is not known yet. */
  readonly assignedCount: number;
  /** Assigned partitions whose position is known. */
  readonly partitions: readonly PartitionSnapshot[];
}

/** Reads the state of a group's consumer. */
export function groupSnapshot(status: GroupStatus, pipeline: GroupPipeline): GroupSnapshot {
  const { commits, failures } = pipeline.committer.counts;
  return {
    ...status,
    unreadableBatches: [...status.unreadableBatches.values()],
    commits,
    commitFailures: failures,
    pausedByOperator: pipeline.operatorPauses,
    assignedCount: pipeline.assignedCount,
    partitions: Array.from(pipeline.partitions, (partition) => partitionSnapshot(partition.status)),
  };
}
