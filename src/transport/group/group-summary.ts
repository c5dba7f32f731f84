import type { GroupConsumer } from './group-consumer.js';
import type { GroupStatus } from './group-status.js';

/** A group's consumer as operators see it, in plain values. */
export interface GroupSummary extends Omit<GroupStatus, 'unreadableBatches'> {
  /** Partitions that wait at a batch which can't be read, and why. */
  readonly unreadableBatches: readonly string[];
  readonly commits: number;
  readonly commitFailures: number;
}

/** The state of a group's consumer and of its commits. */
export function groupSummary({ status, pipeline }: GroupConsumer): GroupSummary {
  const { commits, failures } = pipeline.committer.state;
  return {
    ...status,
    unreadableBatches: [...status.unreadableBatches.values()],
    commits,
    commitFailures: failures,
  };
}
