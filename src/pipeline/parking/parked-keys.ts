import type { KeyName } from '../records/key-name.js';
import { compareOffsets, type Offset } from '../records/offset.js';

/** A record that is parked. */
export interface ParkedRecord {
  readonly key: KeyName;
  /** The record's offset in its own partition. */
  readonly offset: Offset;
  /**
   * The former ownership that parked it; undefined for the current one. An offset alone does not identify a record:
   * the log may have been truncated or recreated since, and have another record at that offset.
   */
  readonly by?: string;
}

/** The parked records of a partition, by key, each key's in their order. */
export class ParkedKeys {
  readonly #records = new Map<KeyName, ParkedRecord[]>();
  #count = 0;

  /** How many records are parked. */
  get count(): number {
    return this.#count;
  }

  has(key: KeyName): boolean {
    return this.#records.has(key);
  }

  /** The key's oldest record. */
  first(key: KeyName): ParkedRecord | undefined {
    return this.#records.get(key)?.[0];
  }

  /** All of the key's records, oldest first. */
  all(key: KeyName): readonly ParkedRecord[] {
    return this.#records.get(key) ?? [];
  }

  /**
   * Adds a record in order, unless it is there already. Records of former ownerships keep the order in which they are
   * added, before those of the current one.
   */
  add(record: ParkedRecord): void {
    const records = this.#records.get(record.key);
    if (!records) {
      this.#records.set(record.key, [record]);
      this.#count++;
      return;
    }
    if (records.some((each) => isSame(each, record))) return;
    const after = records.findLastIndex((each) => isBefore(each, record));
    records.splice(after + 1, 0, record);
    this.#count++;
  }

  /** Removes a record, and its key with the last one. */
  remove(record: ParkedRecord): void {
    const records = this.#records.get(record.key);
    const at = records?.findIndex((each) => isSame(each, record)) ?? -1;
    if (!records || at < 0) return;
    this.#count--;
    records.splice(at, 1);
    if (records.length === 0) this.#records.delete(record.key);
  }
}

function isSame(a: ParkedRecord, b: ParkedRecord): boolean {
  return a.offset === b.offset && a.by === b.by;
}

function isBefore(a: ParkedRecord, b: ParkedRecord): boolean {
  if (b.by !== undefined) return a.by !== undefined;
  return a.by !== undefined || compareOffsets(a.offset, b.offset) <= 0;
}
