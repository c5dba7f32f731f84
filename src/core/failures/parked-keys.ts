import { compareOffsets, type Offset } from '../records/offset.js';

/** A key's name; undefined for records that have no key, and with it no order. */
export type KeyName = string | undefined;

/** Which offsets of a partition are parked, by key, each key's in their order. */
export class ParkedKeys {
  readonly #offsets = new Map<KeyName, Offset[]>();
  #count = 0;

  /** How many records are parked. */
  get count(): number {
    return this.#count;
  }

  has(key: KeyName): boolean {
    return this.#offsets.has(key);
  }

  /** The key's oldest record. */
  first(key: KeyName): Offset | undefined {
    return this.#offsets.get(key)?.[0];
  }

  /** Takes a record in, at its place; one that is there already stays there once. */
  add(key: KeyName, offset: Offset): void {
    const offsets = this.#offsets.get(key);
    this.#count++;
    if (!offsets) {
      this.#offsets.set(key, [offset]);
      return;
    }
    const after = offsets.findLastIndex((each) => compareOffsets(each, offset) <= 0);
    if (offsets[after] === offset) this.#count--;
    else offsets.splice(after + 1, 0, offset);
  }

  /** Takes a record out; a key without any left is forgotten. */
  remove(key: KeyName, offset: Offset): void {
    const offsets = this.#offsets.get(key);
    const at = offsets?.indexOf(offset) ?? -1;
    if (!offsets || at < 0) return;
    this.#count--;
    offsets.splice(at, 1);
    if (offsets.length === 0) this.#offsets.delete(key);
  }
}
