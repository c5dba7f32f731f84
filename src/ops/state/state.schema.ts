import { z } from 'zod';

const Record = z.strictObject({
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  writtenAt: z.number().describe('Its timestamp, or when it was received if it has none'),
  ageMs: z.number(),
  failures: z.int().describe('Failed handler calls for the record'),
  state: z.string(),
  lastError: z.string().optional(),
});

const Partition = z.strictObject({
  topic: z.string(),
  partition: z.int(),
  committableOffset: z.string().describe('First offset that is not settled'),
  committed: z.string().optional().describe('Offset that this member has committed'),
  reachableOffset: z.string(),
  lag: z.number().describe('From the committable offset to the end'),
  inFlight: z.int(),
  activeCalls: z.int().describe('Handler calls in progress'),
  waitingForRetry: z
    .int()
    .describe('Records or batches that wait for a retry of their handler or of storing them'),
  paused: z.boolean(),
  pauseReasons: z.array(z.string()),
  stalledForMs: z
    .number()
    .describe('Time for which the committable offset has not advanced although a record is in flight'),
  parked: z.int(),
  oldest: Record.optional().describe('The record that blocks the committable offset'),
  stuck: z
    .array(
      Record.extend({
        kind: z.enum(['not stored', 'circuit-breaker', 'dependency', 'stop']),
        why: z.string(),
      }),
    )
    .describe('Records that are stuck until an operator or a dependency resolves the cause'),
  unresponsive: z.array(Record).describe('Records whose handlers were aborted and are still running'),
  notStartedReason: z.string().optional().describe('Why the partition may not start handling records yet'),
});

const Group = z.strictObject({
  groupId: z.string(),
  cluster: z.string().optional().describe('The name of its Kafka cluster, if it has one'),
  phase: z.enum(['connecting', 'waiting-for-topics', 'rebalancing', 'running', 'draining', 'stopped']),
  everJoined: z.boolean(),
  memberId: z.string().optional(),
  generation: z.int().optional(),
  joins: z.int(),
  restarts: z.int().describe('Number of times the consumer failed and was restarted'),
  ended: z.boolean(),
  missingTopics: z.array(z.string()),
  hiddenTopics: z
    .array(z.string())
    .describe('Missing topics that this client is not allowed to see, or that do not exist'),
  retryTopicProblems: z.array(z.string()).describe('Problems of retry topics'),
  accessProblem: z.string().optional().describe('The permission that this client lacks, and how to grant it'),
  unreadableBatches: z
    .array(z.string())
    .describe('Partitions that are blocked by a batch that cannot be read, and why'),
  lastHeartbeatAt: z.int(),
  lastProgressAt: z.int(),
  lastError: z.strictObject({ at: z.int(), message: z.string() }).optional(),
  assignment: z.array(z.strictObject({ topic: z.string(), partition: z.int() })),
  commits: z.int(),
  commitFailures: z.int(),
  pausedByOperator: z.array(z.strictObject({ topic: z.string(), partition: z.int().optional() })),
  assignedCount: z.int().describe('Assigned partitions, including those whose position is not known yet'),
  partitions: z.array(Partition).describe('Assigned partitions whose position is known'),
});

const TopicProblem = z.strictObject({
  topic: z.string(),
  setting: z.string(),
  value: z.string(),
  wanted: z.string(),
  otherwise: z.string().describe('The consequence'),
  isVital: z.boolean().describe('Whether records would be lost; then nothing is written to the topic'),
  refused: z.string().optional().describe('Why the service could not correct it'),
});

/** The state of the consumers of this process. Times are in ms since the epoch. */
export const State = z.strictObject({
  at: z.int(),
  groups: z.array(Group),
  topicProblems: z
    .array(TopicProblem)
    .describe('Settings of the own topics by which records could be lost or rejected'),
});
