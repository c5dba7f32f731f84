import { CodedError } from '../../errors/index.js';

/** A record written to a parking topic cannot be read yet, or another owner has written to its partition since. */
export class ParkingStoreBehindError extends CodedError {
  readonly code = 'PARKING_STORE_BEHIND';

  constructor(topic: string, partition: number) {
    super(
      `${topic}[${partition}]: a record that was written a moment ago cannot be read yet, or another member owns the ` +
        'partition by now; the read is repeated',
    );
  }
}

/** A record was to be parked before the parked keys were loaded. */
export class ParkingNotLoadedError extends CodedError {
  readonly code = 'PARKING_NOT_LOADED';

  constructor(topic: string, partition: number) {
    super(`${topic}[${partition}]: no record can be parked before the parked keys were loaded`);
  }
}
