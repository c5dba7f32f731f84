import { z } from 'zod';
import { parseDuration } from '../replay/index.js';

/** A valid Kafka topic name. */
export const topicName = z
  .string()
  .regex(/^[\w.-]{1,249}$/, 'must be the name of a topic')
  .describe('Name of a topic');

/** A partition number. */
export const partitionNumber = z.int().min(0).max(2_147_483_647);

/** A duration such as `90s`, `15m` or `1h`; parsed to ms. */
export const duration = z
  .string()
  .max(20)
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms === undefined) context.addIssue('must be a time such as 90s, 15m, 1h or 2d');
    return ms ?? z.NEVER;
  });

/** A limit in a query string, where every value is text. */
export function limitInQuery(most: number) {
  return z.coerce.number<string>().int().min(1).max(most);
}
