import type { ValueFormat } from '../payload/payload.js';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { CommitMode, Order } from '../../pipeline/index.js';
import {
  type KafkaFailureOptions,
  type ResolvedFailureOptions,
  resolveFailureOptions,
} from './failure-options.js';
import { OptionReader } from './option-reader.js';

/** What a handler may ask for, in the decorator's second argument. */
export interface KafkaHandlerOptions extends KafkaFailureOptions {
  /** One record a call, or an array of one partition's records. Default `'one'`. */
  readonly read?: 'one' | 'batch';
  /** How large a batch grows, and how long it waits to: whichever comes first. Default 500 records, 100 ms. */
  readonly batch?: { readonly maxRecords?: number; readonly maxWaitMs?: number };
  /**
   * Who confirms: the service, on an interval, once the handler has returned (`'auto'`), or the handler
   * through `OffsetsService` (`'manual'`). Default from `KAFKA_ENABLE_AUTO_COMMIT`.
   */
  readonly commit?: CommitMode;
  /**
   * What is handled one after the other: the records of a partition, those of one key, or none. Default
   * `'key'` for record handlers that commit automatically, `'partition'` for all others.
   */
  readonly order?: Order;
  /** How many lanes or batches of a partition may run at once. Default 64 lanes; 4 batches in key order. */
  readonly concurrency?: number;
  /**
   * `'auto'`, the default: JSON where the value is an object or array in JSON, else text where it is UTF-8,
   * else bytes. `'json'`, `'text'` and `'bytes'` say what it is; a value that is not, fails.
   */
  readonly value?: ValueFormat;
  /** Any Standard Schema, such as one of zod: the payload is checked, and replaced by the schema's output. */
  readonly schema?: StandardSchemaV1;
  /** A call that takes longer counts as failed, and its `signal` is aborted. Milliseconds; default none. */
  readonly timeoutMs?: number;
  /** The consumer group that reads for this handler. Default `KAFKA_GROUP_ID`. */
  readonly groupId?: string;
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

/** A handler asks for something that does not exist. */
export class HandlerOptionsError extends Error {
  readonly code = 'HANDLER_OPTIONS';

  constructor(pattern: string, problems: readonly string[]) {
    super(`handler for ${pattern}: ${problems.join('; ')}`);
    this.name = 'HandlerOptionsError';
  }
}

/** What handlers inherit from the service's configuration. */
export interface HandlerDefaults {
  readonly groupId: string;
  readonly commit: CommitMode;
}

/**
 * Fills in the defaults.
 * @param extras the decorator's extras: the options, among which other libraries may have put their own
 * @throws HandlerOptionsError that names every option with a wrong value, and what it accepts
 */
export function resolveHandlerOptions(
  pattern: string,
  extras: Readonly<Record<string, unknown>>,
  defaults: HandlerDefaults,
): ResolvedHandlerOptions {
  const problems: string[] = [];
  const check = new OptionReader(extras, problems);
  const batch = new OptionReader(check.object('batch'), problems, 'batch.');
  const read = check.oneOf('read', ['one', 'batch'] as const) ?? 'one';
  const commit = check.oneOf('commit', ['auto', 'manual'] as const) ?? defaults.commit;
  const order =
    check.oneOf('order', ['key', 'partition', 'none'] as const) ??
    (read === 'one' && commit === 'auto' ? 'key' : 'partition');
  const resolved = {
    read,
    maxRecords: batch.whole('maxRecords', 1) ?? 500,
    maxWaitMs: batch.whole('maxWaitMs', 0) ?? 100,
    commit,
    order,
    concurrency: check.whole('concurrency', 1) ?? (read === 'batch' ? (order === 'partition' ? 1 : 4) : 64),
    value: check.oneOf('value', ['auto', 'json', 'text', 'bytes'] as const) ?? 'auto',
    schema: check.schema('schema'),
    timeoutMs: check.whole('timeoutMs', 1),
    groupId: check.text('groupId') ?? defaults.groupId,
    failures: resolveFailureOptions(extras, problems),
  };
  if (resolved.failures.policy.onFailure === 'park' && (read === 'batch' || order === 'none')) {
    problems.push(
      "onFailure 'park' keeps the order of keys: it needs read: 'one', and order 'key' or 'partition'",
    );
  }
  if (problems.length > 0) throw new HandlerOptionsError(pattern, problems);
  return resolved;
}
