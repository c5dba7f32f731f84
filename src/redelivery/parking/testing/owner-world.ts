import {
  type FetchedRecord,
  InFlightRecord,
  type Parking,
  type ParkingParts,
  type ParkingStore,
  type RecordOwner,
} from '../../../pipeline/index.js';
import type { TopicParkingStoreParts } from '../topic-parking-store-parts.js';
import type { ParkedPartition } from '../parked-partition.js';
import type { ParkingTopics } from './parking-topics.js';

export const SOURCE = 'ledger';
export const PARKING_TOPIC = 'ledger.g.parked';

/** The classes that an owner consists of. A test replaces one by a faulty variant to show that the fault is found. */
export interface OwnerClasses {
  store(parts: TopicParkingStoreParts): ParkingStore;
  state(): ParkedPartition;
  parking(parts: ParkingParts): Parking;
}

/** How a record was settled: handled, parked after a failure, or parked behind an earlier record of its key. */
export type Settled = 'handled' | 'parked' | 'follower';

/** A request that was not answered yet. */
export interface PendingRequest {
  run(): Promise<void>;
  fail(): Promise<void>;
}

/** A running handler. */
export interface HandlerCall {
  readonly record: InFlightRecord;
  readonly isUnparked: boolean;
}

/** The interface of a world to its owners. */
export interface OwnerWorld {
  readonly topics: ParkingTopics;
  /** Whether this owner really owns the partition. */
  isCurrent(owner: object): boolean;
  /** The owner calls a handler. */
  called(record: FetchedRecord, by: object): void;
  handled(record: FetchedRecord): void;
  /** An unparked record failed permanently again. */
  failedAgain(): void;
}

/** A world that ignores its owner. */
export const IGNORING_WORLD: Omit<OwnerWorld, 'topics'> = {
  isCurrent: () => true,
  called: () => undefined,
  handled: () => undefined,
  failedAgain: () => undefined,
};

/** A partition that ignores what its records report. */
export const PARTITION: RecordOwner = {
  topic: SOURCE,
  partition: 0,
  signalOf: () => new AbortController().signal,
  waitStarted: () => () => undefined,
  acknowledge: () => undefined,
  commit: async () => undefined,
};

/** A record that the owner has fetched. */
export function inFlight(record: FetchedRecord, sequence: number): InFlightRecord {
  return new InFlightRecord(PARTITION, record, sequence, 0, undefined, 1);
}
