import { CodedError } from '../../errors/index.js';

/** A record written to a parking topic can't be read yet, or another owner has written meanwhile. */
export class ParkingStoreBehindError extends CodedError {
  readonly code = 'PARKING_STORE_BEHIND';

  constructor(topic: string, partition: number) {
    super(
      `${topic}[${partition}]: a record that was just written can not be read yet, or another member owns the partition ` +
        'now; it is read again',
    );
  }
}

/** A record was to be parked before the parked keys were known. */
export class ParkingNotLoadedError extends CodedError {
  readonly code = 'PARKING_NOT_LOADED';

  constructor(topic: string, partition: number) {
    super(`${topic}[${partition}]: no record can be parked before the parked keys are read`);
  }
}
