import { CodedError } from '../../errors/index.js';

/** A batch would unpack to more than the limit. */
export class UnpackedTooLargeError extends CodedError {
  readonly code = 'UNPACKED_TOO_LARGE';

  constructor(maxBytes: number) {
    super(`it unpacks to more than ${maxBytes} bytes, the limit in KAFKA_MAX_UNPACKED_BATCH_BYTES`);
  }
}

/** A batch differs from what was written: it was damaged on a disk or on the network. */
export class ChecksumError extends CodedError {
  readonly code = 'CHECKSUM_MISMATCH';

  /**
   * @param expected the checksum in the batch
   * @param computed the checksum of its bytes
   */
  constructor(expected: number, computed: number) {
    super(`its checksum is ${hex(computed)}, but it claims ${hex(expected)}`);
  }
}

function hex(checksum: number): string {
  return `0x${checksum.toString(16).padStart(8, '0')}`;
}

/** The batch at an offset cannot be read; the message says what to do. */
export class UnreadableBatchError extends CodedError {
  readonly code = 'UNREADABLE_BATCH';
  /** Reading the same bytes again does not help: kafkajs must not retry by itself. */
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
        : 'inspect it with kafka-dump-log to see whether it is damaged';
    super(
      `${topic}[${partition}]: the batch at offset ${offset} cannot be read: ${why}; ${remedy}. To continue without it, ` +
        "move the group's offset behind it with kafka-consumer-groups --reset-offsets while the service is stopped, " +
        'or delete the log up to there with kafka-delete-records',
      { cause },
    );
  }
}
