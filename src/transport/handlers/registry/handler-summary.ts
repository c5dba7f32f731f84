import type { LastResort, Order } from '../../../pipeline/index.js';
import type { HandlerBinding } from '../invocation/handler-binding.js';

/** A summary of a handler, for the log at startup. */
export interface HandlerSummary {
  /** Its topic, or its pattern of topic names. */
  readonly topic: string;
  readonly group: string;
  /** `Class.method`. */
  readonly handler: string;
  readonly order: Order;
  /** How many lanes or batches of a partition run concurrently. */
  readonly concurrency: number;
  readonly onFailure: LastResort;
}

/** Describes a handler by the options that decide how its records are handled. */
export function handlerSummary({ pattern, name, options }: HandlerBinding): HandlerSummary {
  const { groupId: group, order, concurrency, failures } = options;
  return {
    topic: String(pattern),
    group,
    handler: name,
    order,
    concurrency: order === 'partition' ? 1 : concurrency,
    onFailure: failures.policy.onFailure,
  };
}
