/** A record written to a parking topic can't be read yet, or another owner has written meanwhile. */
export class ParkingStoreBehindError extends Error {
  readonly code = 'LOT_BEHIND';

  constructor(topic: string, partition: number) {
    super(
      `${topic}[${partition}]: what was written a moment ago can't be read yet, or another member owns the partition ` +
        'by now; it is asked again',
    );
    this.name = 'LotBehindError';
  }
}

/** A record was to be parked before the parked keys were known. */
export class ParkingNotLoadedError extends Error {
  readonly code = 'LOT_NOT_LOADED';

  constructor(topic: string, partition: number) {
    super(`${topic}[${partition}]: nothing can be parked before it is known what is parked already`);
    this.name = 'NotLoadedError';
  }
}
