import { errorMessageOf } from './error-text.js';
import type { Offset } from '../records/offset.js';

/** The partition belongs to another member: this one can no longer commit its records. */
export class PartitionLostError extends Error {
  readonly code = 'PARTITION_LOST';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset?: Offset,
  ) {
    const at = offset === undefined ? '' : ` at offset ${offset}`;
    super(
      `${topic}[${partition}]${at}: the partition now belongs to another member of the group, which will ` +
        `read the record again; stop working on it`,
    );
    this.name = 'PartitionLostError';
  }
}

/** The service is stopping and its deadline has passed. */
export class ShutdownDeadlineError extends Error {
  readonly code = 'SHUTDOWN_DEADLINE';

  constructor(readonly deadlineMs: number) {
    super(
      `the service is stopping and handlers had ${deadlineMs} ms to finish; the record stays uncommitted and ` +
        `will be delivered again`,
    );
    this.name = 'ShutdownDeadlineError';
  }
}

/** A handler ran for longer than its `timeoutMs`. */
export class HandlerTimeoutError extends Error {
  readonly code = 'HANDLER_TIMEOUT';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: Offset,
    readonly timeoutMs: number,
  ) {
    super(
      `${topic}[${partition}] at offset ${offset}: the handler ran for more than ${timeoutMs} ms; its signal ` +
        `was aborted, and the record is retried once the handler has returned`,
    );
    this.name = 'HandlerTimeoutError';
  }
}

/**
 * Thrown by a batch handler to say which record failed: the records before it are settled, the one at
 * `index` has failed, and it and the rest are delivered again.
 *
 * @example throw new BatchRecordError(index, error);
 */
export class BatchRecordError extends Error {
  readonly code = 'BATCH_RECORD';

  constructor(
    /** The failed record's place in the batch, from 0 on. */
    readonly index: number,
    override readonly cause: unknown,
  ) {
    super(`record ${index} of the batch failed: ${errorMessageOf(cause)}`);
    this.name = 'BatchRecordError';
  }
}

/**
 * A batch handler returned rejections that cannot be assigned to records. No record of the batch counts as handled.
 */
export class BatchOutcomesError extends Error {
  readonly code = 'BATCH_OUTCOMES';

  constructor() {
    super(
      'the batch handler returned a rejection that cannot be assigned to one of its records; return one outcome ' +
        'for each record, in their order, as Promise.allSettled returns them, or throw',
    );
    this.name = 'BatchOutcomesError';
  }
}

/** Some records of a batch cannot be decoded. No record of the batch was handled. */
export class UndecodableRecordsError extends Error {
  readonly code = 'UNDECODABLE_RECORDS';

  /** @param errors by the record's place in the batch, from 0 on */
  constructor(readonly errors: ReadonlyMap<number, unknown>) {
    super(`${errors.size} records of the batch are unreadable`);
    this.name = 'UndecodableRecordsError';
  }
}

/** A record is parked because an earlier one of its key is parked. */
export class FollowsParkedError extends Error {
  readonly code = 'FOLLOWS_PARKED';

  /** @param first the offset of the key's oldest parked record */
  constructor(readonly first: Offset) {
    super(
      `the record at offset ${first} has the same key and is parked; this one follows it, to keep their order`,
    );
    this.name = 'FollowsParkedError';
  }
}

/** The limit of parked records of a partition is reached. */
export class ParkingFullError extends Error {
  readonly code = 'PARKING_FULL';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly limit: number,
  ) {
    super(
      `${topic}[${partition}]: ${limit} records are parked, which is the most (parkLimit); release some with ` +
        `\`npm run dlq -- parked release KEY\`, once what keeps them from being handled is fixed`,
    );
    this.name = 'ParkingFullError';
  }
}
