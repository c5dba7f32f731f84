import { CodedError } from '../errors/index.js';

/** A record was for a partition that does not exist, or that the producer does not know yet. */
export class UnknownPartitionError extends CodedError {
  readonly code = 'UNKNOWN_PARTITION';

  constructor(
    readonly topic: string,
    readonly partition: number | undefined,
  ) {
    super(
      `${topic}[${partition ?? 'any'}]: the record was not written because the producer does not know the partition; ` +
        'a partition that was added just now is known within some minutes',
    );
  }
}

/** A record is larger than its topic accepts. */
export class RecordTooLargeError extends CodedError {
  readonly code = 'RECORD_TOO_LARGE';

  constructor(
    readonly topic: string,
    options?: ErrorOptions,
  ) {
    super(`${topic}: the record is larger than the topic accepts; raise its max.message.bytes`, options);
  }
}

/** A topic does not accept a record of this kind. */
export class RecordRefusedError extends CodedError {
  readonly code = 'RECORD_REFUSED';

  constructor(
    readonly topic: string,
    options?: ErrorOptions,
  ) {
    super(
      `${topic}: the brokers refuse the record (INVALID_RECORD); a topic with cleanup.policy=compact accepts none without ` +
        `a key: kafka-configs --alter --entity-type topics --entity-name '${topic}' --add-config cleanup.policy=delete`,
      options,
    );
  }
}

/** A record was not acknowledged in time. */
export class DeliveryTimeoutError extends CodedError {
  readonly code = 'DELIVERY_TIMEOUT';

  /** @param why what the last attempt failed with */
  constructor(
    readonly topic: string,
    readonly timeoutMs: number,
    why: string | undefined,
    options?: ErrorOptions,
  ) {
    super(
      `${topic}: the brokers did not acknowledge the record within ${timeoutMs} ms` +
        `${why === undefined ? '' : ` (${why})`}; it may have been written nevertheless. Send it again once they do`,
      options,
    );
  }
}

/** A record was sent while the producer was closed or closing. */
export class ProducerClosedError extends CodedError {
  readonly code = 'PRODUCER_CLOSED';

  constructor(readonly topic: string) {
    super(
      `${topic}: the record is not acknowledged, because the service has stopped; send it before it stops`,
    );
  }
}
