import type { Cancel } from '../time/clock.js';
import type { FetchedRecord } from '../records/fetched.js';
import type { KeyName, ParkedRecord } from './parked-keys.js';
import type { Offset } from '../records/offset.js';

/** One ownership of a partition, as the parking store needs it. */
export interface ParkingOwnership {
  /** Where the partition is read from: where the group's commit, or the reset policy, points. */
  readonly position: Offset;
  /** The group's generation in which it began: later ownerships by other members have a higher one. */
  readonly generation: number;
  /** Resolves if the partition was still this member's when it was called; rejects if that is not known. */
  confirm(): Promise<void>;
}

/** Stores the parked records of one partition durably, beyond the life of any member. */
export interface ParkingStore {
  /**
   * What is parked, each key's records in their order. A record that was parked by an owner who could not commit it,
   * and that is read again from its own log, is no longer among them.
   */
  load(ownership: ParkingOwnership): Promise<readonly ParkedRecord[]>;
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
