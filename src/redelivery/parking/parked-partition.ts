import type { KeyName } from '../../core/failures/parked-keys.js';
import { keyNameOf, type ParkedRecord } from '../../core/pipeline/parking.js';
import type { FetchedRecord } from '../../core/records/fetched.js';
import { compareOffsets, type Offset, toOffset } from '../../core/records/offset.js';
import { type ParkedEntry, parseEntry } from './parked-entry.js';

/** A record as it was parked, by each owner that did. */
interface Place {
  readonly key: KeyName;
  /** Where it lies in the parking topic, by owner, in the order in which they wrote it. */
  readonly at: Map<string, Offset>;
}

/** What one partition of a parking topic says, as far as it was read: what is parked, and what is to be released. */
export class ParkedPartition {
  readonly #places = new Map<Offset, Place>();
  readonly #wanted = new Set<KeyName>();
  /** What is to be read next. */
  position: Offset = toOffset(0);

  /** Keys whose release is asked for. */
  get wanted(): readonly KeyName[] {
    return [...this.#wanted];
  }

  /** What is parked, in the order of its offsets. */
  get parked(): ParkedRecord[] {
    return [...this.#places]
      .map(([offset, { key }]) => ({ key, offset }))
      .toSorted((a, b) => compareOffsets(a.offset, b.offset));
  }

  /** Where a parked record lies in the parking topic: as it was written last. */
  placeOf(offset: Offset): Offset | undefined {
    return [...(this.#places.get(offset)?.at.values() ?? [])].at(-1);
  }

  /** Who has parked a record. */
  ownersOf(offset: Offset): readonly string[] {
    return [...(this.#places.get(offset)?.at.keys() ?? [])];
  }

  /** Takes in the next record of the parking topic. */
  apply(stored: FetchedRecord): ParkedEntry | undefined {
    const entry = parseEntry(stored);
    if (entry?.kind === 'parked') {
      const place = this.#places.get(entry.offset) ?? { key: keyNameOf(entry.record), at: new Map() };
      place.at.delete(entry.owner);
      place.at.set(entry.owner, stored.offset);
      this.#places.set(entry.offset, place);
    } else if (entry?.kind === 'taken out') this.#takeOut(entry.offset, entry.owner);
    else if (entry?.wanted) this.#wanted.add(entry.key);
    else if (entry) this.#wanted.delete(entry.key);
    return entry;
  }

  #takeOut(offset: Offset, owner: string): void {
    const place = this.#places.get(offset);
    if (place?.at.delete(owner) && place.at.size === 0) this.#places.delete(offset);
  }
}
