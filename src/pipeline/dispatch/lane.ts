import type { InFlightRecord } from '../records/in-flight.js';

/** The records of one name, in offset order. */
export interface Lane {
  readonly name: string | undefined;
  head: InFlightRecord | undefined;
  tail: InFlightRecord | undefined;
  waiting: number;
  /** A running batch has records of it. */
  busy: boolean;
}
