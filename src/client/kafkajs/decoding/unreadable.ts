import type { FetchedMessage } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';

/** A batch would unpack to more than one may. */
export class UnpackedTooLargeError extends Error {
  readonly code = 'UNPACKED_TOO_LARGE';

  constructor(maxBytes: number) {
    super(`it unpacks to more than ${maxBytes} bytes, as KAFKA_MAX_UNPACKED_BATCH_BYTES has it`);
    this.name = 'UnpackedTooLargeError';
  }
}

/** What lies in the log at an offset can't be read; the message says what to do. */
export class UnreadableBatchError extends Error {
  readonly code = 'UNREADABLE_BATCH';
  /** Keeps kafkajs from trying the same again by itself. */
  readonly retriable = false;

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: string,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const remedy =
      cause instanceof UnpackedTooLargeError
        ? 'raise it if the batch is sound'
        : 'read it with kafka-dump-log to see whether it is damaged';
    super(
      `${topic}[${partition}]: the batch at offset ${offset} can not be read: ${why}; ${remedy}. To go on without it, ` +
        "move the group's offset behind it with kafka-consumer-groups --reset-offsets while the service is stopped, " +
        'or delete the log up to there with kafka-delete-records',
      { cause },
    );
    this.name = 'UnreadableBatchError';
  }
}

/** Beyond every offset, so that kafkajs takes it for something that is still to be read. */
const BEYOND = '9223372036854775807';

/** Stands for what a fetch brought of a partition whose next batch can't be read. */
export class UnreadableMessages implements FetchedMessage {
  readonly offset = BEYOND;
  readonly isControlRecord = false;

  constructor(readonly error: UnreadableBatchError) {}
}

/** Why the messages of a partition can't be read, where they can't. */
export function unreadableOf(messages: readonly FetchedMessage[]): UnreadableBatchError | undefined {
  const [first] = messages;
  return first instanceof UnreadableMessages ? first.error : undefined;
}
