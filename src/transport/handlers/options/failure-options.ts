import { z } from 'zod';
import {
  type DeadLetterLimit,
  DEFAULT_DEAD_LETTER_LIMIT,
  type FailurePolicy,
  LAST_RESORTS,
  type LastResort,
  type Order,
} from '../../../pipeline/index.js';
import { isParkingTopic, isRetryTopic } from '../../../redelivery/index.js';
import { group, oneOf, ratio, text, whole, wholeOrInfinity } from './option-types.js';
import { type RetryDelay, delayOptions } from './retry-delay.js';
import { type KafkaRetryOptions, retryOptions } from './retry-options.js';
import { isTopicName } from './topic-name.js';

/** What happens to records that a handler fails to handle. */
export interface KafkaFailureOptions {
  readonly retry?: KafkaRetryOptions;
  /**
   * What happens to a record after its last retry in the lane. Default `'dead-letter'`.
   * - `'dead-letter'`: it is written to `deadLetterTopic`;
   * - `'retry-topic'`: it is retried after each of `delays` while its partition continues; then it is a dead letter;
   * - `'park'`: it is parked together with all later records of its key, in order, until an operator releases the key;
   * - `'stop'`: its partition stops there, and readiness fails;
   * - `'skip'`: it is logged, counted and skipped. The only way to lose a record.
   */
  readonly onFailure?: LastResort;
  /** Default `<topic>.dlt`. Handlers with a pattern never read it. */
  readonly deadLetterTopic?: string;
  /** For `'retry-topic'`: the wait before each retry; each only once. Default `['1m', '10m', '1h']`. */
  readonly delays?: readonly string[];
  /** When the circuit breaker stops a partition; `false` for never. Default 50 dead letters in a row, or half of 200. */
  readonly deadLetterLimit?: Partial<DeadLetterLimit> | false;
  /** For `'park'`: the most parked records per partition. Default 10 000. */
  readonly parkLimit?: number;
}

/** A handler's failure options with every default filled in. */
export interface ResolvedFailureOptions {
  readonly policy: FailurePolicy;
  readonly deadLetterTopic: string | undefined;
  readonly delays: readonly RetryDelay[];
  readonly deadLetterLimit: DeadLetterLimit | undefined;
  readonly parkLimit: number;
  /** As the handler gave them: handlers of one topic must agree. */
  readonly given: Readonly<Record<string, unknown>>;
}

const deadLetterLimit = group(
  {
    consecutive: wholeOrInfinity(1).default(DEFAULT_DEAD_LETTER_LIMIT.consecutive),
    ratio: ratio().default(DEFAULT_DEAD_LETTER_LIMIT.ratio),
    window: whole(1).default(DEFAULT_DEAD_LETTER_LIMIT.window),
  },
  'false, or ',
);

/** Validators of the failure options, by name. */
export const failureOptions = {
  retry: retryOptions,
  onFailure: oneOf(...LAST_RESORTS).default('dead-letter'),
  deadLetterTopic: text()
    .refine(isTopicName, 'a valid topic name: up to 249 letters, digits, ".", "_" or "-"')
    .refine((name) => !isRetryTopic(name) && !isParkingTopic(name), 'no name of a retry or parking topic')
    .optional(),
  delays: delayOptions,
  deadLetterLimit: z.union([z.literal(false), deadLetterLimit]).prefault({}),
  parkLimit: whole(1).default(10_000),
} satisfies Record<keyof KafkaFailureOptions, z.ZodType>;

/** Combines validated failure options with those that the handler gave. */
export function toFailureOptions(
  valid: z.output<z.ZodObject<typeof failureOptions>>,
  extras: Readonly<Record<string, unknown>>,
): ResolvedFailureOptions {
  const { retry, onFailure, delays, parkLimit } = valid;
  return {
    policy: { onFailure, retry },
    deadLetterTopic: valid.deadLetterTopic,
    delays,
    deadLetterLimit: valid.deadLetterLimit || undefined,
    parkLimit,
    given: Object.fromEntries(Object.keys(failureOptions).map((name) => [name, extras[name]])),
  };
}

/** Failure options that have no effect, or no meaning, together with the handler's other options. */
export function failureContradictions(
  given: Readonly<Record<string, unknown>>,
  { onFailure, read, order }: { onFailure: LastResort; read: 'one' | 'batch'; order: Order },
): string[] {
  const problems: string[] = [];
  if (given['delays'] !== undefined && onFailure !== 'retry-topic') {
    problems.push("delays has no effect without onFailure: 'retry-topic'");
  }
  if (onFailure === 'park' && (read === 'batch' || order === 'none')) {
    problems.push(
      "onFailure: 'park' keeps the order of keys: it needs read: 'one' and order 'key' or 'partition'",
    );
  }
  return problems;
}
