import { z } from 'zod';
import {
  duration,
  FailedRecordAnswer,
  FailureAnswer,
  limitInQuery,
  offset,
  partitionInQuery,
  topicName,
} from '../schemas.js';

const reason = z.string().max(200).optional().describe('Only dead letters with this error class');
const key = z
  .string()
  .max(1_024)
  .optional()
  .describe('Only dead letters with this key; responses never contain keys');
const since = duration.optional().describe('Only dead letters stored within this time, such as 1h');

/** Selects dead letters. */
export const DeadLetterQuery = z.strictObject({
  topic: topicName.optional().describe('A topic or its dead-letter topic; default: all of this service'),
  reason,
  since,
  key,
  records: z.enum(['true', 'false']).default('false').describe('Whether to list the records too'),
  limit: limitInQuery(1_000).default(100).describe('Maximum number of records listed'),
});

/** Selects one dead letter. */
export const DeadLetterPosition = z.strictObject({
  topic: topicName.describe('A topic or its dead-letter topic'),
  partition: partitionInQuery.describe('Partition of the dead-letter topic'),
  offset: offset.describe('Offset in the dead-letter topic'),
});

/** One dead letter with its error. */
export const DeadLetterAnswer = FailureAnswer.extend({ replayed: z.boolean() });

/** Selects the dead letters to replay. */
export const ReplayRequest = z.strictObject({
  topic: topicName.describe('A topic or its dead-letter topic'),
  reason,
  since,
  key,
  limit: z.int().min(1).max(10_000).default(1_000).describe('Maximum number of records replayed'),
  maxReplays: z
    .int()
    .min(1)
    .max(1_000)
    .default(3)
    .describe('Skip dead letters that were replayed this many times'),
  dryRun: z.boolean().default(true).describe('Check the dead letters against the handlers and send nothing'),
});

/** The content of the dead-letter topics. */
export const DeadLetters = z.strictObject({
  deadLetters: z.int(),
  replayed: z.int().describe('Number of them that were replayed already'),
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
  records: z.array(FailedRecordAnswer.extend({ replayed: z.boolean() })).optional(),
});

const skipped = z.array(
  z.strictObject({
    reason: z.string(),
    detail: z.string(),
    count: z.int(),
    positions: z.array(z.string()).describe('The first 1,000'),
  }),
);

/** The result of a replay or dry run. */
export const ReplayAnswer = z.discriminatedUnion('dryRun', [
  z.strictObject({
    deadLetterTopic: z.string(),
    dryRun: z.literal(true),
    wouldReplay: z.int(),
    wouldPass: z.int(),
    wouldFail: z.array(z.strictObject({ reason: z.string(), count: z.int(), example: z.string() })),
    alreadyReplayed: z.int(),
    skipped,
  }),
  z.strictObject({
    deadLetterTopic: z.string(),
    dryRun: z.literal(false),
    replayed: z.int(),
    alreadyReplayed: z.int(),
    ended: z.enum(['complete', 'limit', 'interrupted']),
    skipped,
  }),
]);
