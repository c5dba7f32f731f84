import { z } from 'zod';
import { parseDuration } from '../replay/index.js';

/** A valid Kafka topic name. */
export const topicName = z
  .string()
  .regex(/^[\w.-]{1,249}$/, 'must be the name of a topic')
  .describe('Name of a topic');

/** A partition number. */
export const partitionNumber = z.int().min(0).max(2_147_483_647);

/** An offset; its digits. */
export const offset = z.string().regex(/^(0|[1-9]\d{0,18})$/, 'must be an offset');

/** A duration such as `90s`, `15m` or `1h`; parsed to ms. */
export const duration = z
  .string()
  .max(20)
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms === undefined) context.addIssue('must be a time such as 90s, 15m, 1h or 2d');
    return ms ?? z.NEVER;
  });

/** A partition number in a query string, where every value is text. */
export const partitionInQuery = z.coerce.number<string>().pipe(partitionNumber);

/** A limit in a query string, where every value is text. */
export function limitInQuery(most: number) {
  return z.coerce.number<string>().int().min(1).max(most);
}

/** Where a failed record is, and where it came from. */
export const FailedRecordAnswer = z.strictObject({
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  originalTopic: z.string().nullable(),
  originalPartition: z.int().nullable(),
  originalOffset: z.string().nullable(),
  reason: z.string(),
  failedAt: z.string().nullable().describe('ISO 8601; null if unknown'),
  replays: z.int(),
});

/** A failed record with its error. */
export const FailureAnswer = FailedRecordAnswer.extend({
  group: z.string().nullable(),
  message: z.string().nullable(),
  attempts: z.int().nullable(),
  stack: z.string().nullable(),
});
