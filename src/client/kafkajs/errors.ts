import { CodedError } from '../../errors/index.js';
import type { TopicPartition } from '../../pipeline/index.js';
import { AccessError } from '../access.error.js';

/** A partition has no valid committed offset, and KAFKA_AUTO_OFFSET_RESET=none forbids a reset. */
export class NoCommittedOffsetError extends CodedError {
  readonly code = 'NO_COMMITTED_OFFSET';
  /** kafkajs must not retry by itself. */
  readonly retriable = false;

  constructor(
    readonly groupId: string,
    readonly partitions: readonly TopicPartition[],
    why: 'missing' | 'out of range',
  ) {
    const named = partitions.map(({ topic, partition }) => `${topic}[${partition}]`).join(', ');
    const what =
      why === 'missing' ? 'has no committed offset for' : 'has an offset out of range committed for';
    super(
      `group ${groupId} ${what} ${named}, and KAFKA_AUTO_OFFSET_RESET=none forbids to choose one; nothing is ` +
        `consumed. Set the group's offsets with Kafka's kafka-consumer-groups tool (--reset-offsets), or set ` +
        `KAFKA_AUTO_OFFSET_RESET to earliest or latest`,
    );
  }
}

/** A topic that does not exist, or that this client may not see. */
export class UnknownTopicError extends CodedError {
  readonly code = 'UNKNOWN_TOPIC';

  constructor(readonly topic: string) {
    super(`there is no topic ${topic}, or this client may not see it; check the name and the topic's ACLs`);
  }
}

/** A partition could not be read up to the requested offset. */
export class PartitionReadError extends CodedError {
  readonly code = 'PARTITION_READ';

  constructor(topic: string, partition: number, offset: string, why: string, options?: ErrorOptions) {
    super(`${topic}[${partition}] could not be read from offset ${offset} on: ${why}`, options);
  }
}

/** Another process has taken over a transactional id. */
export class FencedError extends CodedError {
  readonly code = 'FENCED';

  constructor(transactionalId: string, options?: ErrorOptions) {
    super(`another process has taken over the transactions of ${transactionalId}; let it finish`, options);
  }
}

/** A transactional producer was not opened, or was discarded because one of its requests was never answered. */
export class ProducerNotOpenError extends CodedError {
  readonly code = 'PRODUCER_NOT_OPEN';

  constructor(transactionalId: string) {
    super(
      `the transactional producer ${transactionalId} was not opened, or the outcome of an earlier write is unknown; ` +
        'nothing was written. Open it again, and check what the earlier write has left in the log',
    );
  }
}

/** @returns the innermost cause: kafkajs wraps the meaningful error in up to three others */
export function rootCause(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 10; depth++) {
    if (!(cause instanceof Error)) break;
    const next = cause.cause ?? ('originalError' in cause ? cause.originalError : undefined);
    if (!next || next === cause) break;
    cause = next;
  }
  return cause;
}

/** @returns Kafka's name for the error in a broker's response, such as `ILLEGAL_GENERATION`; undefined for others */
export function protocolErrorType(error: unknown): string | undefined {
  for (const each of [error, rootCause(error)]) {
    if (typeof each === 'object' && each !== null && 'type' in each && typeof each.type === 'string') {
      return each.type;
    }
  }
  return undefined;
}

/** Whether a broker responded that there is no such topic. */
export function isUnknownTopic(error: unknown): boolean {
  return protocolErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** The names of kafkajs's errors for a broker that could not be reached. */
const UNREACHABLE = new Set([
  'KafkaJSBrokerNotFound',
  'KafkaJSConnectionClosedError',
  'KafkaJSConnectionError',
  'KafkaJSRequestTimeoutError',
]);

/** Whether a broker could not be reached, as opposed to a broker that responded with an error. */
export function isUnreachable(error: unknown): boolean {
  return [error, rootCause(error)].some((each) => each instanceof Error && UNREACHABLE.has(each.name));
}

/** Whether a broker rejected the login. */
export function isRejectedLogin(error: unknown): boolean {
  return [error, rootCause(error)].some(
    (each) =>
      (each instanceof AccessError && each.code === 'LOGIN_REFUSED') ||
      (each instanceof Error && each.name === 'KafkaJSSASLAuthenticationError'),
  );
}

/** @returns an error as it is, and any other thrown value as an error */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
