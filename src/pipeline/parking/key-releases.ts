import type { FetchedRecord } from '../records/fetched.js';
import type { KeyName } from '../records/key-name.js';
import type { ParkedKeys, ParkedRecord } from './parked-keys.js';
import type { ParkingStore } from './parking-store.js';
import type { StoreRequests } from './store-requests.js';

/** The dependencies of the releases of a partition's keys. */
export interface KeyReleaseParts {
  readonly keys: ParkedKeys;
  readonly store: ParkingStore;
  readonly requests: StoreRequests;
  /** How many keys may be released at the same time. */
  readonly concurrency: number;
  /** Whether records of the key are on their way to the parking topic. */
  readonly hasFollowers: (key: KeyName) => boolean;
  /** Starts the handler for an unparked record; ends in `handled` or `failedAgain`. */
  readonly handleUnparked: (record: FetchedRecord) => void;
}

/**
 * Releases parked keys: their records are handled one by one in their order.
 *
 * A release ends when none of the key's records is parked or on its way to the parking topic, or when one fails for
 * good again; until then the parking topic keeps the request, and the next owner continues with it. Records without a
 * key have no order: one that fails again stays, and the release continues with the next.
 */
export class KeyReleases {
  /** Keys that are released, and those that wait for a slot. */
  readonly #releasing = new Set<KeyName>();
  readonly #queue: KeyName[] = [];
  /** Released keys that have no parked record, and wait for their followers to arrive in the parking topic. */
  readonly #awaitingFollowers = new Set<KeyName>();
  /** Records without a key that are still to be handled in the current release. */
  #keyless: ParkedRecord[] | undefined;
  /** The parked record of each unparked record. */
  readonly #delivered = new Map<FetchedRecord, ParkedRecord>();
  #running = 0;

  constructor(private readonly parts: KeyReleaseParts) {}

  /** @returns whether the key's release begins with this call */
  start(key: KeyName): boolean {
    if (this.parts.requests.isClosed || this.#releasing.has(key)) return false;
    this.#releasing.add(key);
    this.#queue.push(key);
    // Later, so that the parking topic can first record which requests this release is for.
    queueMicrotask(() => this.#startQueued());
    return true;
  }

  /** A record of the key has arrived in the parking topic, or need not be parked. */
  followerArrived(key: KeyName): void {
    if (this.#awaitingFollowers.delete(key)) void this.#releaseNext(key);
  }

  /** An unparked record was handled. Resolves once it is removed from the parking topic; then the next of its key starts. */
  async handled(record: FetchedRecord): Promise<void> {
    const { keys, store, requests } = this.parts;
    const parked = this.#takeDelivered(record);
    await requests.untilDone(() => store.remove(parked));
    if (requests.isClosed) return;
    keys.remove(parked);
    void this.#releaseNext(parked.key);
  }

  /** An unparked record failed for good again: it stays parked, like the other records of its key. */
  async failedAgain(record: FetchedRecord): Promise<void> {
    const { key } = this.#takeDelivered(record);
    if (key === undefined) return this.#releaseNext(key);
    await this.#end(key);
  }

  #takeDelivered(record: FetchedRecord): ParkedRecord {
    const parked = this.#delivered.get(record);
    if (!parked) throw new Error(`the record at offset ${record.offset} was not released`);
    this.#delivered.delete(record);
    return parked;
  }

  #startQueued(): void {
    while (this.#running < this.parts.concurrency && this.#queue.length > 0) {
      this.#running++;
      const key = this.#queue.shift();
      if (key === undefined) this.#keyless = [...this.parts.keys.all(key)];
      void this.#releaseNext(key);
    }
  }

  async #releaseNext(key: KeyName): Promise<void> {
    const { keys, store, requests, hasFollowers, handleUnparked } = this.parts;
    const parked = key === undefined ? this.#keyless?.shift() : keys.first(key);
    if (!parked) {
      if (hasFollowers(key)) this.#awaitingFollowers.add(key);
      else await this.#end(key);
      return;
    }
    const found = await requests.untilDone(async () => ({ record: await store.read(parked) }));
    if (!found || requests.isClosed) return;
    if (found.record) {
      this.#delivered.set(found.record, parked);
      handleUnparked(found.record);
      return;
    }
    keys.remove(parked);
    await this.#releaseNext(key);
  }

  /**
   * The key stays released until the parking topic has recorded the end: otherwise it would request the release
   * again.
   */
  async #end(key: KeyName): Promise<void> {
    const { store, requests } = this.parts;
    await requests.untilDone(() => store.releaseEnded(key));
    this.#releasing.delete(key);
    this.#running--;
    this.#startQueued();
  }
}
