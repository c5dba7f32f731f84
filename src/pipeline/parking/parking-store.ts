import type { Cancel } from '../time/clock.js';
import type { FailedRecord } from '../records/failed.js';
import type { FetchedRecord } from '../records/fetched.js';
import type { KeyName } from '../records/key-name.js';
import type { ParkedRecord } from './parked-keys.js';
import type { Offset } from '../records/offset.js';

/** One ownership of a partition: what the parking store needs to know about it. */
export interface ParkingOwnership {
  /** Where the partition is read from: where the group's commit, or the reset policy, points. */
  readonly position: Offset;
  /** The group's generation in which it began: later ownerships by other members have a higher one. */
  readonly generation: number;
  /** Resolves if this member still owned the partition at the time of the call; rejects if that is not known. */
  confirm(): Promise<void>;
}

/** Stores the records that one ownership of a partition parks durably, beyond the life of any member. */
export interface ParkingStore {
  /**
   * Loads the parked records, each key's in order. Records that a former owner parked but could not commit are left
   * out: they are read again from their own log.
   */
  load(ownership: ParkingOwnership): Promise<readonly ParkedRecord[]>;
  /** Parks a record; resolves once it is stored durably. */
  park(failed: FailedRecord): Promise<void>;
  /** The parked record as it was fetched; undefined if it is no longer stored. */
  read(parked: ParkedRecord): Promise<FetchedRecord | undefined>;
  /** Resolves once the record is removed durably. */
  remove(parked: ParkedRecord): Promise<void>;
  /**
   * Calls `release` repeatedly for each key whose release was requested and has not ended.
   * @param release returns whether the key's release begins with this call
   */
  watch(release: (key: KeyName) => boolean): Cancel;
  /** The key's release has ended. Releases that were requested after it began are still wanted. */
  releaseEnded(key: KeyName): Promise<void>;
}
