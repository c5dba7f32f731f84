import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Compression } from '../client/index.js';
import { isTopicName } from '../transport/index.js';
import { TopicDefinitionError } from './errors.js';

/** A record's key. Texts are written as UTF-8. */
export type TopicKey = string | Uint8Array | null | undefined;

/** What the values of a topic are written as. */
export type TopicFormat = 'json' | 'text' | 'bytes';

/** Options of a topic. */
export interface TopicOptions<T> {
  /** `json` (the default) for anything that `JSON.stringify` accepts, `text` for texts, `bytes` for `Uint8Array`. */
  readonly value?: TopicFormat;
  /** The key of a value: records with the same key stay in order. Without it, records have no key. */
  readonly key?: (value: T) => TopicKey;
  /** Default `none`. */
  readonly compression?: Compression;
  /** The `name` of the `KafkaModule` whose cluster has the topic; default: the cluster without a name. */
  readonly cluster?: string;
}

/** Options of a topic whose values are checked before they are sent. */
export interface CheckedTopicOptions<S extends StandardSchemaV1> extends TopicOptions<
  StandardSchemaV1.InferInput<S>
> {
  /**
   * A schema of any library that implements Standard Schema, such as zod. A value is checked and written unchanged, so
   * that readers can check it with the same schema.
   */
  readonly schema: S;
}

/** A topic that values of type `T` are published to. Create it with `defineTopic`. */
export interface Topic<T> {
  readonly name: string;
  readonly options: TopicOptions<T> & { readonly schema?: StandardSchemaV1 };
}

/**
 * Declares a topic, once for all that publish to it.
 *
 * @throws TopicDefinitionError if Kafka does not accept its name
 * @example
 * export const OrderEvents = defineTopic('order-events', { schema: OrderEvent, key: (event) => event.orderId });
 * await this.publisher.publish(OrderEvents, { orderId: 'o-1', type: 'accepted' });
 */
export function defineTopic<S extends StandardSchemaV1>(
  name: string,
  options: CheckedTopicOptions<S>,
): Topic<StandardSchemaV1.InferInput<S>>;
/** @example defineTopic<OrderEvent>('order-events', { key: (event) => event.orderId }) */
export function defineTopic<T>(name: string, options?: TopicOptions<T>): Topic<T>;
export function defineTopic<T>(
  name: string,
  options: TopicOptions<T> & { readonly schema?: StandardSchemaV1 } = {},
): Topic<T> {
  if (!isTopicName(name)) {
    throw new TopicDefinitionError(
      `"${name}" is no name of a topic: it may have up to 249 letters, digits, dots, dashes and underscores`,
    );
  }
  return { name, options };
}
