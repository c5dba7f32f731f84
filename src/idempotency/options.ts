import type { KafkaContext } from '@nestjs/microservices';

/**
 * Identifies a record; two records with the same key count as the same:
 *
 * - `'position'`, the default: topic, partition and offset of the record, before any retry topic
 * - `{ header }`: the value of that header, as producers set it
 * - a function of the payload
 *
 * A position recognizes repeated deliveries of one record. It does not recognize a message that a producer has sent
 * twice, or a replayed dead letter, since these are new records. Use an id for those.
 */
export type IdempotencyKey<Payload = unknown> =
  'position' | { readonly header: string } | ((payload: Payload, context: KafkaContext) => string);

/** Options of `@Idempotent`. */
export interface IdempotentOptions<Payload = unknown> {
  readonly key?: IdempotencyKey<Payload>;
  /**
   * Name of the handler's effect within its group; default `Class.method`. Set it to the old name before you rename
   * the class or method: otherwise existing receipts are not found.
   */
  readonly name?: string;
}

/** Metadata key of the options on a handler. @internal */
export const IDEMPOTENT = Symbol('idempotent');
