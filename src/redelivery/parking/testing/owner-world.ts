import type {
  FetchedRecord,
  Parking,
  ParkingParts,
  ParkingStore,
  RawHeaders,
  RecordOwner,
} from '../../../pipeline/index.js';
import type { TopicParkingStoreParts } from '../topic-parking-store-parts.js';
import type { ParkedPartition } from '../parked-partition.js';
import type { MemoryTopics } from './memory-topics.js';

export const SOURCE = 'ledger';
export const LOT = 'ledger.g.parked';

/** The classes that an owner is made of; a variant in the place of one shows that its fault is found. */
export interface OwnerClasses {
  lot(
    parts: TopicParkingStoreParts,
  ): ParkingStore & { park(of: FetchedRecord, headers: RawHeaders): Promise<void> };
  state(): ParkedPartition;
  parking(parts: ParkingParts): Parking;
}

/** How a record was settled: it was handled, it failed and was parked, or it was parked behind another. */
export type Settled = 'handled' | 'parked' | 'follower';

/** What the world hears of an owner, and tells it. */
export interface OwnerWorld {
  readonly topics: MemoryTopics;
  /** Whether the partition is the owner's, whatever it believes. */
  isCurrent(owner: object): boolean;
  /** A handler is called. */
  called(record: FetchedRecord, by: object): void;
  handled(record: FetchedRecord): void;
  /** A released record has failed for good again. */
  failedAgain(): void;
}

/** The world of an owner that is of no consequence. */
export const UNHEARD: Omit<OwnerWorld, 'topics'> = {
  isCurrent: () => true,
  called: () => undefined,
  handled: () => undefined,
  failedAgain: () => undefined,
};

/** What the records of an owner are told of their partition, which is nothing. */
export const PARTITION: RecordOwner = {
  topic: SOURCE,
  partition: 0,
  signalOf: () => new AbortController().signal,
  waitStarted: () => () => undefined,
  acknowledge: () => undefined,
  commit: async () => undefined,
};
