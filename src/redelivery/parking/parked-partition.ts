import type { KeyName } from '../../core/failures/parked-keys.js';
import { keyNameOf, type ParkedRecord } from '../../core/pipeline/parking.js';
import type { FetchedRecord } from '../../core/records/fetched.js';
import { compareOffsets, type Offset, toOffset } from '../../core/records/offset.js';
import { type ParkedEntry, parseEntry } from './parked-entry.js';

interface Place {
  readonly key: KeyName;
  /** Where it lies in the parking topic. */
  readonly at: Offset;
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

  /** Where a parked record lies in the parking topic. */
  placeOf(offset: Offset): Offset | undefined {
    return this.#places.get(offset)?.at;
  }

  /** Takes in the next record of the parking topic. */
  apply(stored: FetchedRecord): ParkedEntry | undefined {
    const entry = parseEntry(stored);
    if (entry?.kind === 'parked') {
      this.#places.set(entry.offset, { key: keyNameOf(entry.record), at: stored.offset });
    } else if (entry?.kind === 'taken out') this.#places.delete(entry.offset);
    else if (entry?.wanted) this.#wanted.add(entry.key);
    else if (entry) this.#wanted.delete(entry.key);
    return entry;
  }
}
