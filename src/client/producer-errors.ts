/** A record was for a partition that does not exist, or that this client has not heard of yet. */
export class UnknownPartitionError extends Error {
  readonly code = 'UNKNOWN_PARTITION';

  constructor(
    readonly topic: string,
    readonly partition: number | undefined,
  ) {
    super(
      `${topic}[${partition ?? 'any'}]: the record was not written, as the partition is not known here; if it was ` +
        `added just now, it will be within some minutes`,
    );
    this.name = 'UnknownPartitionError';
  }
}

/** A record is larger than its topic takes. */
export class RecordTooLargeError extends Error {
  readonly code = 'RECORD_TOO_LARGE';

  constructor(
    readonly topic: string,
    options?: ErrorOptions,
  ) {
    super(`${topic}: the record is larger than the topic takes; raise its max.message.bytes`, options);
    this.name = 'RecordTooLargeError';
  }
}

/** A topic does not take a record for what it is. */
export class RecordRefusedError extends Error {
  readonly code = 'RECORD_REFUSED';

  constructor(
    readonly topic: string,
    options?: ErrorOptions,
  ) {
    super(
      `${topic}: the brokers refuse the record (INVALID_RECORD); a topic with cleanup.policy=compact takes none without ` +
        `a key: kafka-configs --alter --entity-type topics --entity-name '${topic}' --add-config cleanup.policy=delete`,
      options,
    );
    this.name = 'RecordRefusedError';
  }
}
