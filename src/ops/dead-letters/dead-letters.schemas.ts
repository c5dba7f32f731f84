import { z } from 'zod';
import { duration, limitInQuery, topicName } from '../schemas.js';

const reason = z.string().max(200).optional().describe("Only those whose error's class is this");
const key = z.string().max(1_024).optional().describe('Only those with this key; no answer has it');
const since = duration.optional().describe('Only those put aside within this time, such as 1h');

/** Which dead letters are asked for. */
export const DeadLetterQuery = z.strictObject({
  topic: topicName.optional().describe('A topic or its dead-letter topic; all of this service by default'),
  reason,
  since,
  key,
  records: z.enum(['true', 'false']).default('false').describe('The records one by one, too'),
  limit: limitInQuery(1_000).default(100).describe('How many of the records at most'),
});

/** What is to be sent back. */
export const ReplayRequest = z.strictObject({
  topic: topicName.describe('A topic or its dead-letter topic'),
  reason,
  since,
  key,
  limit: z.int().min(1).max(10_000).default(1_000).describe('So many at most'),
  maxReplays: z.int().min(1).max(1_000).default(3).describe('Leave those that came back so often'),
  dryRun: z.boolean().default(true).describe('Check them against the handlers, and send nothing'),
});

/** What lies in the dead-letter topics. */
export const DeadLetters = z.strictObject({
  deadLetters: z.int(),
  replayed: z.int().describe('How many of them were sent back already'),
  groups: z.array(
    z.strictObject({
      topic: z.string(),
      originalTopic: z.string().nullable(),
      reason: z.string(),
      hour: z.string().nullable(),
      deadLetters: z.int(),
      replayed: z.int(),
    }),
  ),
  records: z
    .array(
      z.strictObject({
        topic: z.string(),
        partition: z.int(),
        offset: z.string(),
        originalTopic: z.string().nullable(),
        originalPartition: z.int().nullable(),
        originalOffset: z.string().nullable(),
        reason: z.string(),
        failedAt: z.string().nullable().describe('ISO 8601; null where nothing tells'),
        replays: z.int(),
        replayed: z.boolean(),
      }),
    )
    .optional(),
});

const left = z.array(
  z.strictObject({
    reason: z.string(),
    detail: z.string(),
    count: z.int(),
    positions: z.array(z.string()).describe('The first thousand of them'),
  }),
);

/** What a replay has done, or would do. */
export const ReplayAnswer = z.discriminatedUnion('dryRun', [
  z.strictObject({
    deadLetterTopic: z.string(),
    dryRun: z.literal(true),
    wouldReplay: z.int(),
    wouldPass: z.int(),
    wouldFail: z.array(z.strictObject({ reason: z.string(), count: z.int(), example: z.string() })),
    alreadyReplayed: z.int(),
    left,
  }),
  z.strictObject({
    deadLetterTopic: z.string(),
    dryRun: z.literal(false),
    replayed: z.int(),
    alreadyReplayed: z.int(),
    ended: z.enum(['complete', 'limit', 'interrupted']),
    left,
  }),
]);
