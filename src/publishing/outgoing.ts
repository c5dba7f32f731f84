import type { BatchRecord } from '../client/index.js';
import type { RawHeaders } from '../transport/index.js';
import { describeIssues, PublishedValueError } from './errors.js';
import type { Topic, TopicFormat, TopicKey } from './topic.js';

/** Options of one record. */
export interface PublishOptions {
  /** In place of the topic's own key; needed for a tombstone. */
  readonly key?: TopicKey;
  readonly headers?: Readonly<Record<string, string | Uint8Array | null>>;
  /** Default: chosen by the key, as Kafka's Java client does. */
  readonly partition?: number;
}

/**
 * Checks and encodes a value. It returns a promise only if the topic's schema does, so that records are sent in the
 * order of the calls.
 * @throws PublishedValueError if the value does not match the topic
 */
export function toRecord<T>(
  topic: Topic<T>,
  value: T | null,
  options: PublishOptions,
  traceHeaders: RawHeaders,
): BatchRecord | Promise<BatchRecord> {
  const encoded = (): BatchRecord => encode(topic, value, options, traceHeaders);
  const { schema } = topic.options;
  if (!schema || value === null) return encoded();
  const checked = schema['~standard'].validate(value);
  if (!(checked instanceof Promise)) {
    requireValid(topic.name, checked);
    return encoded();
  }
  return checked.then((result) => {
    requireValid(topic.name, result);
    return encoded();
  });
}

function requireValid(
  topic: string,
  { issues }: { readonly issues?: Parameters<typeof describeIssues>[0] | undefined },
): void {
  if (issues) throw new PublishedValueError(topic, describeIssues(issues));
}

function encode<T>(
  { name, options: { value: format = 'json', key: keyOf, compression } }: Topic<T>,
  value: T | null,
  { key, headers, partition }: PublishOptions,
  traceHeaders: RawHeaders,
): BatchRecord {
  const ownKey = key ?? (value === null ? undefined : keyOf?.(value));
  if (value === null && (ownKey === undefined || ownKey === null))
    throw new PublishedValueError(name, 'a tombstone (null) needs the option key');
  return {
    topic: name,
    key: ownKey ?? null,
    value: value === null ? null : encodeValue(name, format, value),
    headers: { ...traceHeaders, ...headers },
    ...(partition === undefined ? {} : { partition }),
    ...(compression === undefined ? {} : { compression }),
  };
}

function encodeValue(topic: string, format: TopicFormat, value: unknown): string | Uint8Array {
  if (format === 'text' && typeof value === 'string') return value;
  if (format === 'bytes' && value instanceof Uint8Array) return value;
  if (format !== 'json')
    throw new PublishedValueError(topic, `the topic has ${format}, but got ${typeOf(value)}`);
  return toJson(topic, value);
}

function toJson(topic: string, value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value) as string | undefined;
  } catch (error) {
    throw new PublishedValueError(topic, `JSON.stringify: ${error instanceof Error ? error.message : ''}`);
  }
  if (json === undefined) throw new PublishedValueError(topic, `${typeOf(value)} is no JSON`);
  return json;
}

function typeOf(value: unknown): string {
  return value instanceof Uint8Array ? 'bytes' : typeof value;
}
