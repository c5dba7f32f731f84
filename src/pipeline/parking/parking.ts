import type { Cancel, Clock } from '../time/clock.js';
import type { FetchedRecord } from '../records/fetched.js';
import { FollowsParkedError, ParkingFullError } from '../errors/errors.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { KeyReleases } from './key-releases.js';
import { type KeyName, keyNameOf } from '../records/key-name.js';
import { ParkedKeys } from './parked-keys.js';
import type { ParkingOwnership, ParkingStore } from './parking-store.js';
import { StoreRequests } from './store-requests.js';

/** The dependencies of a partition's parking. */
export interface ParkingParts {
  readonly store: ParkingStore;
  /** The maximum number of parked records. */
  readonly limit: number;
  /** Keys that may be released at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Starts the handler for an unparked record; ends in `handled` or `failedAgain`. */
  readonly handleUnparked: (record: FetchedRecord) => void;
  /** The parked keys are known: records may be handled. */
  readonly loaded: () => void;
  /** The parking store does not answer; the request is repeated after `delayMs`. */
  readonly unavailable: (error: unknown, delayMs: number) => void;
}

/**
 * Keeps the order of parked keys: while a record of a key is parked, all later ones are parked behind it. After a
 * release they are handled one by one in their order, outside the key's lane. New records of the key are still parked
 * behind them, so that nothing is overtaken.
 */
export class Parking {
  readonly #keys = new ParkedKeys();
  readonly #requests: StoreRequests;
  readonly #releases: KeyReleases;
  /** Records that are on their way to the parking topic, behind others of their key. */
  readonly #followers = new Map<KeyName, Set<InFlightRecord>>();
  #cancelWatch: Cancel | undefined;
  /** Whether the parked keys are known. */
  isLoaded = false;

  constructor(private readonly parts: ParkingParts) {
    const { store, concurrency, clock, random, handleUnparked, unavailable } = parts;
    this.#requests = new StoreRequests(clock, random, unavailable);
    this.#releases = new KeyReleases({
      keys: this.#keys,
      store,
      requests: this.#requests,
      concurrency,
      hasFollowers: (key) => this.#followers.has(key),
      handleUnparked,
    });
  }

  /** Where this ownership parks records. */
  get store(): ParkingStore {
    return this.parts.store;
  }

  /** How many records are parked. */
  get count(): number {
    return this.#keys.count;
  }

  /** Why the latest request to the parking store failed; undefined if it succeeded. */
  get problem(): unknown {
    return this.#requests.problem;
  }

  /** Reads which keys are parked; nothing of the partition may be handled before. */
  async start(ownership: ParkingOwnership): Promise<void> {
    const { store, loaded } = this.parts;
    const parked = await this.#requests.untilDone(() => store.load(ownership));
    if (!parked || this.#requests.isClosed) return;
    for (const each of parked) this.#keys.add(each);
    this.isLoaded = true;
    loaded();
    this.#cancelWatch = store.watch((key) => this.#releases.start(key));
  }

  /** Whether records of this record's key are parked, so that it must be parked too. Called for every record. */
  isParkedKey(record: InFlightRecord): boolean {
    if (this.#keys.count === 0 || record.origin === 'parked') return false;
    const key = keyNameOf(record.record);
    return key !== undefined && this.#keys.has(key);
  }

  /**
   * Why a record must be parked behind others of its key; undefined if none of them is parked. If it must, it counts as
   * on its way to the parking topic until `add` or `removeFollower`, or until this returns undefined for it.
   */
  addFollower(record: InFlightRecord): FollowsParkedError | undefined {
    const key = keyNameOf(record.record);
    const first = this.isParkedKey(record) ? this.#keys.first(key) : undefined;
    if (!first) {
      this.removeFollower(record);
      return undefined;
    }
    const followers = this.#followers.get(key) ?? new Set();
    this.#followers.set(key, followers.add(record));
    return new FollowsParkedError(first.offset);
  }

  /** @throws ParkingFullError when no more records may be parked */
  requireRoom({ owner }: InFlightRecord): void {
    if (this.#keys.count >= this.parts.limit) {
      throw new ParkingFullError(owner.topic, owner.partition, this.parts.limit);
    }
  }

  /** A record is in the parking topic, because it failed or because it follows others. */
  add(record: InFlightRecord): void {
    this.#keys.add({ key: keyNameOf(record.record), offset: record.offset });
    this.removeFollower(record);
  }

  /** A record that was on its way to the parking topic no longer is. */
  removeFollower(record: InFlightRecord): void {
    const key = keyNameOf(record.record);
    const followers = this.#followers.get(key);
    if (followers?.delete(record) && followers.size === 0) this.#followers.delete(key);
    this.#releases.followerArrived(key);
  }

  /** An unparked record was handled. Resolves once it is removed from the parking topic; then the next of its key starts. */
  handled({ record }: InFlightRecord): Promise<void> {
    return this.#releases.handled(record);
  }

  /** An unparked record failed for good again: it stays parked, like the other records of its key. */
  failedAgain({ record }: InFlightRecord): Promise<void> {
    return this.#releases.failedAgain(record);
  }

  close(): void {
    this.#cancelWatch?.();
    this.#requests.close();
  }
}
