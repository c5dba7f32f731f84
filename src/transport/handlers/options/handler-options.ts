import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import type { KafkaConfig } from '../../../config/index.js';
import type { CommitMode, Order } from '../../../pipeline/index.js';
import type { ValueFormat } from '../../payload/payload.js';
import {
  failureContradictions,
  failureOptions,
  type KafkaFailureOptions,
  type ResolvedFailureOptions,
  toFailureOptions,
} from './failure-options.js';
import { misspelt, problemsOf } from './option-problems.js';
import { group, oneOf, standardSchema, text, whole } from './option-types.js';
import { CodedError } from '../../../errors/index.js';

/** Options of a handler: the second argument of `@KafkaHandler`. */
export interface KafkaHandlerOptions extends KafkaFailureOptions {
  /** One record per call, or an array of records of one partition. Default `'one'`. */
  readonly read?: 'one' | 'batch';
  /** For `read: 'batch'`: a batch is full at `maxRecords`, or after `maxWaitMs`. Default 500 records, 100 ms. */
  readonly batch?: { readonly maxRecords?: number; readonly maxWaitMs?: number };
  /**
   * Who commits: the service, once the handler has returned (`'auto'`), or the handler through `OffsetsService`
   * (`'manual'`). Default from `KAFKA_ENABLE_AUTO_COMMIT`.
   */
  readonly commit?: CommitMode;
  /**
   * Which records are handled one after another: those of a partition, those of one key, or none. Default `'key'` for
   * record handlers that commit automatically, `'partition'` for all others.
   */
  readonly order?: Order;
  /** How many lanes or batches of a partition run concurrently. Default 64 lanes; 4 batches in key order. */
  readonly concurrency?: number;
  /**
   * How values are decoded. `'auto'`, the default: JSON if the value is a JSON object or array, else text if it is
   * UTF-8, else bytes. With `'json'`, `'text'` or `'bytes'`, any other value fails.
   */
  readonly value?: ValueFormat;
  /** Any Standard Schema, such as one of zod: it validates the payload, and the handler receives its output. */
  readonly schema?: StandardSchemaV1;
  /** A call that takes longer counts as failed, and its `signal` is aborted. Milliseconds; default none. */
  readonly timeoutMs?: number;
  /** The consumer group of this handler. Default `KAFKA_GROUP_ID`. */
  readonly groupId?: string;
  /** The `name` of the `KafkaModule` whose cluster has the topic. Default: the one without a name. */
  readonly cluster?: string;
}

/** A handler's options with every default filled in. */
export interface ResolvedHandlerOptions {
  readonly read: 'one' | 'batch';
  readonly maxRecords: number;
  readonly maxWaitMs: number;
  readonly commit: CommitMode;
  readonly order: Order;
  readonly concurrency: number;
  readonly value: ValueFormat;
  readonly schema: StandardSchemaV1 | undefined;
  readonly timeoutMs: number | undefined;
  readonly groupId: string;
  readonly failures: ResolvedFailureOptions;
}

/** The handler that an error is about. */
export interface HandlerSite {
  /** `Class.method`; undefined if it is unknown. */
  readonly name?: string | undefined;
  /** Its topic, or its pattern of topic names. */
  readonly pattern: string | RegExp;
}

/** A handler has options that are invalid, or that contradict those of another handler of its topic. */
export class HandlerOptionsError extends CodedError {
  readonly code = 'HANDLER_OPTIONS';

  constructor({ name, pattern }: HandlerSite, problems: readonly string[]) {
    super(`${name === undefined ? '' : `${name}, `}handler for ${pattern}: ${problems.join('; ')}`);
  }
}

/** The defaults that handlers inherit from the service's configuration. */
export interface HandlerDefaults {
  readonly groupId: string;
  readonly commit: CommitMode;
}

/** The defaults that the configuration sets. */
export function handlerDefaults({
  groupId,
  enableAutoCommit,
}: Pick<KafkaConfig, 'groupId' | 'enableAutoCommit'>): HandlerDefaults {
  return { groupId, commit: enableAutoCommit ? 'auto' : 'manual' };
}

const shape = {
  read: oneOf('one', 'batch').default('one'),
  batch: group({ maxRecords: whole(1).default(500), maxWaitMs: whole(0).default(100) }).prefault({}),
  commit: oneOf('auto', 'manual').optional(),
  order: oneOf('key', 'partition', 'none').optional(),
  concurrency: whole(1).optional(),
  value: oneOf('auto', 'json', 'text', 'bytes').default('auto'),
  schema: standardSchema().optional(),
  timeoutMs: whole(1).optional(),
  groupId: text().optional(),
  cluster: text().optional(),
  ...failureOptions,
} satisfies Record<keyof KafkaHandlerOptions, z.ZodType>;

const optionsSchema = z.object(shape);

/**
 * Validates a handler's options and fills in the defaults.
 * @param extras the decorator's extras: the options, and possibly values of other libraries
 * @throws HandlerOptionsError that names every invalid option, its value, and what it accepts
 */
export function resolveHandlerOptions(
  site: HandlerSite,
  extras: Readonly<Record<string, unknown>>,
  defaults: HandlerDefaults,
): ResolvedHandlerOptions {
  const problems = misspelt(Object.keys(extras), Object.keys(shape));
  const { data, error } = optionsSchema.safeParse(extras, { reportInput: true });
  if (!data) throw new HandlerOptionsError(site, [...problems, ...problemsOf(error.issues)]);
  const { read, commit = defaults.commit, groupId = defaults.groupId } = data;
  const { order = read === 'one' && commit === 'auto' ? 'key' : 'partition' } = data;
  if (extras['batch'] !== undefined && read === 'one')
    problems.push("batch has no effect without read: 'batch'");
  problems.push(...failureContradictions(extras, { ...data, order }));
  if (problems.length > 0) throw new HandlerOptionsError(site, problems);
  return {
    read,
    ...data.batch,
    commit,
    order,
    concurrency: data.concurrency ?? (read === 'one' ? 64 : order === 'partition' ? 1 : 4),
    value: data.value,
    schema: data.schema,
    timeoutMs: data.timeoutMs,
    groupId,
    failures: toFailureOptions(data, extras),
  };
}
