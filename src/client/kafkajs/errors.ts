import { AccessError } from '../access.error.js';
import type { TopicPartition } from '../../pipeline/index.js';

/** There is nowhere to start reading from, and the service was told not to choose by itself. */
export class NoCommittedOffsetError extends Error {
  readonly code = 'NO_COMMITTED_OFFSET';
  /** Keeps kafkajs from trying the same again by itself. */
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
    this.name = 'NoCommittedOffsetError';
  }
}

/** A topic that does not exist, or that this client may not see. */
export class UnknownTopicError extends Error {
  readonly code = 'UNKNOWN_TOPIC';

  constructor(readonly topic: string) {
    super(`there is no topic ${topic}, or this client may not see it; check the name and the topic's ACLs`);
    this.name = 'UnknownTopicError';
  }
}

/** A partition could not be read as far as was asked for. */
export class PartitionReadError extends Error {
  readonly code = 'PARTITION_READ';

  constructor(topic: string, partition: number, offset: string, why: string, options?: ErrorOptions) {
    super(`${topic}[${partition}] could not be read on from offset ${offset}: ${why}`, options);
    this.name = 'PartitionReadError';
  }
}

/** Another process has taken over a transactional id. */
export class FencedError extends Error {
  readonly code = 'FENCED';

  constructor(transactionalId: string, options?: ErrorOptions) {
    super(`another process has taken over the transactions of ${transactionalId}; let it finish`, options);
    this.name = 'FencedError';
  }
}

/** A transactional producer was not opened, or was discarded because a request of it was never answered. */
export class ProducerNotOpenError extends Error {
  readonly code = 'PRODUCER_NOT_OPEN';

  constructor(transactionalId: string) {
    super(
      `the transactional producer ${transactionalId} was not opened, or the outcome of an earlier write is unknown; ` +
        'nothing was written. Open it again, and find out what the earlier write left in the log',
    );
    this.name = 'ProducerNotOpenError';
  }
}

/** The innermost cause: kafkajs wraps the error that says something in up to three that do not. */
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

/** Kafka's name for what went wrong, where the broker said it: `ILLEGAL_GENERATION` and the like. */
export function protocolErrorType(error: unknown): string | undefined {
  for (const each of [error, rootCause(error)]) {
    if (typeof each === 'object' && each !== null && 'type' in each && typeof each.type === 'string') {
      return each.type;
    }
  }
  return undefined;
}

/** Whether a broker says that there is no such topic. */
export function isUnknownTopic(error: unknown): boolean {
  return protocolErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** kafkajs's word that it did not get through to a broker. */
const UNREACHABLE = new Set([
  'KafkaJSBrokerNotFound',
  'KafkaJSConnectionClosedError',
  'KafkaJSConnectionError',
  'KafkaJSRequestTimeoutError',
]);

/** Whether a broker could not be asked, as opposed to an answer that says no. */
export function isUnreachable(error: unknown): boolean {
  return [error, rootCause(error)].some((each) => each instanceof Error && UNREACHABLE.has(each.name));
}

/** Whether a broker answered that it does not know this user, or that the password is wrong. */
export function isRefusedLogin(error: unknown): boolean {
  return [error, rootCause(error)].some(
    (each) =>
      (each instanceof AccessError && each.code === 'LOGIN_REFUSED') ||
      (each instanceof Error && each.name === 'KafkaJSSASLAuthenticationError'),
  );
}
