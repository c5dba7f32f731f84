import type { RecordOwner } from '../records/in-flight.js';

/** The owner of records that no partition has in flight: it does nothing. */
export const idleOwner: RecordOwner = {
  topic: 't',
  partition: 0,
  signalOf: () => new AbortController().signal,
  waitStarted: () => () => undefined,
  acknowledge: () => undefined,
  commit: () => Promise.resolve(),
};
