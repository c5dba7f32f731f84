import { z } from 'zod';

const Record = z.strictObject({
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  ageMs: z.number(),
  failures: z.int().describe('Calls of its handler that have failed'),
  state: z.string(),
  lastError: z.string().optional(),
});

const Partition = z.strictObject({
  topic: z.string(),
  partition: z.int(),
  committableOffset: z.string().describe('The first offset that is not settled'),
  committed: z.string().optional().describe('What this member has committed'),
  end: z.string(),
  lag: z.number().describe('From the committable offset to the end'),
  inFlight: z.int(),
  activeCalls: z.int().describe('Lanes, or batches, that a handler is at work on'),
  waitingForRetry: z.int().describe('Records, or batches, that wait to be handled or stored again'),
  paused: z.boolean(),
  pauseReasons: z.array(z.string()),
  stalledForMs: z
    .number()
    .describe('How long the committable offset has not moved although a record is in flight'),
  parked: z.int(),
  oldest: Record.optional().describe('What holds the committable offset'),
  stuck: z
    .array(Record.extend({ kind: z.enum(['not stored', 'brake', 'stop']), why: z.string() }))
    .describe('Records that nothing can be done with until somebody mends what they wait for'),
  unresponsive: z.array(Record).describe('Records whose handlers were told to stop and have not'),
  unopened: z.string().optional().describe('Why nothing of the partition is handled yet'),
});

const Group = z.strictObject({
  groupId: z.string(),
  phase: z.enum(['connecting', 'waiting-for-topics', 'rebalancing', 'running', 'draining', 'stopped']),
  everJoined: z.boolean(),
  memberId: z.string().optional(),
  generation: z.int().optional(),
  joins: z.int(),
  restarts: z.int().describe('How often a new client took the place of one that had ended'),
  ended: z.boolean(),
  missingTopics: z.array(z.string()),
  hiddenTopics: z.array(z.string()).describe('Those of the missing ones that this client may not see'),
  refusedTopics: z.array(z.string()).describe('Why retry topics are not as they are needed'),
  refusal: z.string().optional().describe('What the brokers refuse this client, and what to grant'),
  unreadable: z.array(z.string()).describe('Partitions that wait at a batch which can not be read, and why'),
  lastHeartbeatAt: z.int(),
  lastProgressAt: z.int(),
  lastError: z.strictObject({ at: z.int(), message: z.string() }).optional(),
  assignment: z.array(z.strictObject({ topic: z.string(), partition: z.int() })),
  commits: z.int(),
  commitFailures: z.int(),
  pausedByOperator: z.array(z.strictObject({ topic: z.string(), partition: z.int().optional() })),
  partitions: z.array(Partition).describe('Those of the assignment whose position is known'),
});

const TopicProblem = z.strictObject({
  topic: z.string(),
  setting: z.string(),
  value: z.string(),
  wanted: z.string(),
  otherwise: z.string().describe('What comes of it'),
  isVital: z.boolean().describe('Whether records would be lost: nothing is written to the topic'),
  refused: z.string().optional().describe('What keeps the service from correcting it'),
});

/** What the consumers of this process are at. Times are in ms since the epoch. */
export const State = z.strictObject({
  at: z.int(),
  groups: z.array(Group),
  topicProblems: z
    .array(TopicProblem)
    .describe('Settings of own topics by which records could be lost or refused'),
});
