import {
  type DeadLetterLimit,
  DEFAULT_BACKOFF,
  DEFAULT_DEAD_LETTER_LIMIT,
  describeError,
  type FailurePolicy,
  type LastResort,
} from '../../pipeline/index.js';
import { Logger } from '@nestjs/common';
import ms from 'ms';
import { isDelayName, isParkingTopic, isRetryTopic } from '../../redelivery/index.js';
import { OptionReader } from './option-reader.js';
import { isPermanentHttpError } from './permanent-http-error.js';
import { isTopicName } from './topic-name.js';

/** Errors by class, or as a function picks them. */
export type ErrorMatcher =
  readonly (abstract new (...args: never[]) => Error)[] | ((error: unknown) => boolean);

/** How a record is tried again in its lane. */
export interface KafkaRetryOptions {
  /** Calls in all, the first among them; `Infinity` to never give up. Default 5. */
  readonly attempts?: number;
  /** The most the first wait may last; the bound doubles from wait to wait. Default 500. */
  readonly initialMs?: number;
  /** The most any wait may last. Default 30 000. */
  readonly maxMs?: number;
  /** No retry begins later than this after the first failure. Default no limit. */
  readonly maxElapsedMs?: number;
  /** Errors that no retry cures. */
  readonly never?: ErrorMatcher;
  /** The only errors that a retry may cure. Takes the place of the rule for Nest's own exceptions. */
  readonly only?: ErrorMatcher;
}

/** What a handler may ask for where it fails. */
export interface KafkaFailureOptions {
  readonly retry?: KafkaRetryOptions;
  /**
   * What becomes of a record once it is not tried again in its lane. Default `'dead-letter'`.
   * - `'dead-letter'`: it is written to `deadLetterTopic`;
   * - `'retry-topic'`: it is tried again after each of `delays`, while its partition goes on; then a dead letter;
   * - `'park'`: it goes aside, and so do all later ones of its key, in order, until they are released;
   * - `'stop'`: its partition stops there, and readiness says so;
   * - `'skip'`: it is logged, counted and passed over. The only way to lose a record.
   */
  readonly onFailure?: LastResort;
  /** Default `<topic>.dlt`. No pattern of the service reads it. */
  readonly deadLetterTopic?: string;
  /** Of `'retry-topic'`: how long to wait before each try, each time once. Default `['1m', '10m', '1h']`. */
  readonly delays?: readonly string[];
  /** When a partition stops giving records up, or `false` for never. Default 50 in a row, or half of 200. */
  readonly deadLetterLimit?: Partial<DeadLetterLimit> | false;
  /** Of `'park'`: how many records of a partition may be parked. Default 10 000. */
  readonly parkLimit?: number;
}

/** A wait before a try, by the name it has in the retry topic's name. */
export interface RetryDelay {
  readonly name: string;
  readonly ms: number;
}

/** A handler's options for its failures, with every default filled in. */
export interface ResolvedFailureOptions {
  readonly policy: FailurePolicy;
  readonly deadLetterTopic: string | undefined;
  readonly delays: readonly RetryDelay[];
  readonly deadLetterLimit: DeadLetterLimit | undefined;
  readonly parkLimit: number;
  /** As the handler gave them: handlers of one topic must agree. */
  readonly given: Readonly<Record<string, unknown>>;
}

const logger = new Logger('KafkaHandler');

const RESORTS = ['dead-letter', 'retry-topic', 'park', 'stop', 'skip'] as const;
const NAMES = ['retry', 'onFailure', 'deadLetterTopic', 'delays', 'deadLetterLimit', 'parkLimit'] as const;
const LONGEST_DELAY_MS = 366 * 86_400_000;
const DEFAULT_DELAYS = ['1m', '10m', '1h'];

/** Reads what a handler asks for where it fails; what is wrong with it is added to `problems`. */
export function resolveFailureOptions(
  options: Readonly<Record<string, unknown>>,
  problems: string[],
): ResolvedFailureOptions {
  const reader = new OptionReader(options, problems);
  const onFailure = reader.oneOf('onFailure', RESORTS) ?? 'dead-letter';
  const deadLetterTopic = reader.text('deadLetterTopic');
  if (deadLetterTopic !== undefined && !isTopicName(deadLetterTopic)) {
    reader.addProblem('deadLetterTopic', deadLetterTopic, 'a name that Kafka takes for a topic');
  }
  if (deadLetterTopic !== undefined && (isRetryTopic(deadLetterTopic) || isParkingTopic(deadLetterTopic))) {
    reader.addProblem(
      'deadLetterTopic',
      deadLetterTopic,
      'a name other than those of retry and parking topics',
    );
  }
  if (options['delays'] !== undefined && onFailure !== 'retry-topic') {
    problems.push("delays are for onFailure: 'retry-topic' alone");
  }
  return {
    policy: { onFailure, retry: readRetry(new OptionReader(reader.object('retry'), problems, 'retry.')) },
    deadLetterTopic,
    delays: readDelays(reader),
    deadLetterLimit: readLimit(options, reader, problems),
    parkLimit: reader.whole('parkLimit', 1) ?? 10_000,
    given: Object.fromEntries(NAMES.map((name) => [name, options[name]])),
  };
}

function readRetry(reader: OptionReader): FailurePolicy['retry'] {
  const never = reader.errors('never');
  const given = reader.errors('only');
  const only = given ?? isNoRefusal;
  return {
    attempts: reader.wholeOrInfinity('attempts', 1) ?? 5,
    backoff: {
      initialMs: reader.whole('initialMs', 1) ?? DEFAULT_BACKOFF.initialMs,
      maxMs: reader.whole('maxMs', 1) ?? DEFAULT_BACKOFF.maxMs,
    },
    maxElapsedMs: reader.wholeOrInfinity('maxElapsedMs', 1) ?? Infinity,
    isRetriable: never || given ? forgiving((error) => only(error) && !never?.(error)) : only,
  };
}

/** A function of the user's may throw, at an error that it has not thought of: that must not end the process. */
function forgiving(isRetriable: (error: unknown) => boolean): (error: unknown) => boolean {
  let isTold = false;
  return (error) => {
    try {
      return isRetriable(error);
    } catch (thrown) {
      if (!isTold) {
        logger.error(
          `retry.never or retry.only has thrown ${describeError(thrown)} at ${describeError(error)}; where it does, the ` +
            `error counts as one that a retry may cure`,
        );
      }
      isTold = true;
      return true;
    }
  };
}

function isNoRefusal(error: unknown): boolean {
  return !isPermanentHttpError(error);
}

function readDelays(reader: OptionReader): readonly RetryDelay[] {
  const names = reader.list('delays') ?? DEFAULT_DELAYS;
  return names.flatMap((name, at) => {
    const delay = toDelay(name);
    if (!delay) reader.addProblem('delays', name, "times such as '30s', '10m' or '1h', up to a year");
    if (names.indexOf(name) !== at) {
      reader.addProblem(
        'delays',
        name,
        "each time once, as each has a topic of its own: write ['1m', '60s']",
      );
    }
    return delay ?? [];
  });
}

/** Reads the name of a delay; undefined where it is none, or longer than a year. */
export function toDelay(name: unknown): RetryDelay | undefined {
  if (typeof name !== 'string' || !isDelayName(name)) return undefined;
  const parsed: number | undefined = ms(name);
  return parsed !== undefined && parsed > 0 && parsed <= LONGEST_DELAY_MS ? { name, ms: parsed } : undefined;
}

function readLimit(
  options: Readonly<Record<string, unknown>>,
  reader: OptionReader,
  problems: string[],
): DeadLetterLimit | undefined {
  if (options['deadLetterLimit'] === false) return undefined;
  const limit = new OptionReader(reader.object('deadLetterLimit'), problems, 'deadLetterLimit.');
  return {
    consecutive: limit.wholeOrInfinity('consecutive', 1) ?? DEFAULT_DEAD_LETTER_LIMIT.consecutive,
    ratio: limit.ratio('ratio') ?? DEFAULT_DEAD_LETTER_LIMIT.ratio,
    window: limit.whole('window', 1) ?? DEFAULT_DEAD_LETTER_LIMIT.window,
  };
}
