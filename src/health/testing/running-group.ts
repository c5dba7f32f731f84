import type { GroupSnapshot } from '../../transport/index.js';

/** A group that has joined and has no partition. */
export const runningGroup: GroupSnapshot = {
  groupId: 'g',
  phase: 'running',
  everJoined: true,
  memberId: 'm',
  generation: 1,
  assignment: [],
  missingTopics: [],
  hiddenTopics: [],
  retryTopicProblems: [],
  accessProblem: undefined,
  unreadableBatches: [],
  lastHeartbeatAt: 0,
  lastProgressAt: 0,
  restarts: 0,
  joins: 0,
  lastError: undefined,
  ended: false,
  commits: 0,
  commitFailures: 0,
  pausedByOperator: [],
  assignedCount: 0,
  partitions: [],
};
