import type { KafkaContext } from '@nestjs/microservices';

/**
 * What makes two records the same:
 *
 * - `'position'`, the default: where the record is, or where it was before it went through a retry topic
 * - `{ header }`: the value of that header, as producers set it
 * - a function of the payload
 *
 * A position tells deliveries of one record apart from other records. It can't tell that a producer has written
 * the same thing twice, or that a dead letter was sent back: that makes new records. For those take an id.
 */
export type IdempotencyKey<Payload = unknown> =
  'position' | { readonly header: string } | ((payload: Payload, context: KafkaContext) => string);

/** How a handler is idempotent. */
export interface IdempotentOptions<Payload = unknown> {
  readonly key?: IdempotencyKey<Payload>;
  /**
   * Names the handler's effect within its group, default `Class.method`. Give one before you rename either of
   * them, or marks from before are not found.
   */
  readonly name?: string;
}

/** Metadata key of the options on a handler. @internal */
export const IDEMPOTENT = Symbol('idempotent');
