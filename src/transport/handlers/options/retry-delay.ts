import ms from 'ms';
import { z } from 'zod';
import { isDelayName } from '../../../redelivery/index.js';

/** A wait before a retry, with the name it has in the retry topic's name. */
export interface RetryDelay {
  readonly name: string;
  readonly ms: number;
}

const LONGEST_MS = 366 * 86_400_000;
const DELAY = "a time such as '30s', '10m' or '1h', up to a year";
const LIST = 'a list that is not empty';

/** Parses the name of a delay; undefined if it is not a delay, or longer than a year. */
export function toDelay(name: string): RetryDelay | undefined {
  if (!isDelayName(name)) return undefined;
  const parsed: number | undefined = ms(name);
  return parsed !== undefined && parsed > 0 && parsed <= LONGEST_MS ? { name, ms: parsed } : undefined;
}

const delay = z.string(DELAY).transform((name, context) => {
  const parsed = toDelay(name);
  if (!parsed) context.addIssue({ code: 'custom', message: DELAY, input: name });
  return parsed ?? z.NEVER;
});

/** Validates `delays`. */
export const delayOptions = z
  .array(delay, LIST)
  .min(1, LIST)
  .superRefine((delays, context) => {
    for (const [at, { name }] of delays.entries()) {
      if (delays.findIndex((each) => each.name === name) === at) continue;
      const message = "a time that is not in the list yet, as each has its own topic: write ['1m', '60s']";
      context.addIssue({ code: 'custom', path: [at], input: name, message });
    }
  })
  .prefault(['1m', '10m', '1h']);
