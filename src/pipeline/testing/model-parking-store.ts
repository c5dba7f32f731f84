import { compareOffsets, type Offset } from '../records/offset.js';
import type { FailedRecord } from '../records/failed.js';
import type { FetchedRecord } from '../records/fetched.js';
import type { ParkingOwnership, ParkingStore } from '../parking/parking-store.js';
import type { ParkedRecord } from '../parking/parked-keys.js';
import { type KeyName, keyNameOf } from '../records/key-name.js';

/** A parking store in memory that is shared by successive owners. */
export class ModelParkingStore implements ParkingStore {
  readonly records = new Map<Offset, FetchedRecord>();
  readonly requests = new Set<KeyName>();
  /** How many of the next requests fail. */
  failures = 0;
  #release: (key: KeyName) => boolean = () => false;

  /** Offsets that are parked, in their order. */
  get offsets(): string[] {
    return [...this.records.keys()].toSorted(compareOffsets);
  }

  async load({ position }: ParkingOwnership): Promise<readonly ParkedRecord[]> {
    this.#answer();
    for (const offset of this.records.keys())
      if (compareOffsets(offset, position) >= 0) this.records.delete(offset);
    return [...this.records.values()].map((record) => ({ key: keyNameOf(record), offset: record.offset }));
  }

  async park({ record }: FailedRecord): Promise<void> {
    this.records.set(record.offset, record);
  }

  async read({ offset }: ParkedRecord): Promise<FetchedRecord | undefined> {
    this.#answer();
    return this.records.get(offset);
  }

  async remove({ offset }: ParkedRecord): Promise<void> {
    this.#answer();
    this.records.delete(offset);
  }

  watch(release: (key: KeyName) => boolean): () => void {
    this.#release = release;
    for (const key of this.requests) release(key);
    return () => (this.#release = () => false);
  }

  async releaseEnded(key: KeyName): Promise<void> {
    this.#answer();
    this.requests.delete(key);
  }

  /** Requests a key's release. */
  release(key: KeyName): void {
    this.requests.add(key);
    this.#release(key);
  }

  #answer(): void {
    if (this.failures-- > 0) throw new Error('the parking topic is unavailable');
  }
}
