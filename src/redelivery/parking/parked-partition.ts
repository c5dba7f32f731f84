import {
  compareOffsets,
  type FetchedRecord,
  type KeyName,
  keyNameOf,
  type Offset,
  offsetAfter,
  toOffset,
} from '../../pipeline/index.js';
import { compareRanks, LOWEST_RANK, rankOf } from './ownership-name.js';
import { type ParkedEntry, type ParkedRecordId, parseEntry } from './parked-entry.js';

/** A record that is stored in a partition of a parking topic. */
export interface ParkedEntryState extends ParkedRecordId {
  readonly key: KeyName;
  readonly topicId: string | undefined;
  /** Its latest offset in the parking topic. */
  readonly storedAt: Offset;
  /**
   * Whether a former owner wrote it after a later one had taken over the partition. The former owner cannot have
   * committed the record then, so the later one has received it too.
   */
  readonly isLate: boolean;
  /** Whether it was written in time and again late, for example because the network delayed a repeated write. */
  readonly isRepeated: boolean;
}

/** The state of one partition of a parking topic, as far as read: parked records and requested releases. */
export class ParkedPartition {
  readonly #entries = new Map<string, ParkedEntryState>();
  readonly #owners = new Set<string>();
  readonly #requests = new Map<string, KeyName>();
  readonly #disputed = new Set<string>();
  #latest: string | undefined;
  /** The next offset to read. */
  position: Offset = toOffset(0);

  /** All stored records: by ownership, the earliest first, and within an ownership by offset. */
  get storedRecords(): ParkedEntryState[] {
    return [...this.#entries.values()].toSorted(
      (a, b) => compareRanks(rankOf(a.owner), rankOf(b.owner)) || compareOffsets(a.offset, b.offset),
    );
  }

  /** The stored records that count as parked. */
  get parked(): ParkedEntryState[] {
    return this.storedRecords.filter(({ isLate }) => !isLate);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The owners that have announced themselves. */
  get owners(): readonly string[] {
    return [...this.#owners];
  }

  /** The owner of the highest rank that has announced itself. */
  get latestOwner(): string | undefined {
    return this.#latest;
  }

  /** Requested releases that have not ended: the key by request. */
  get requests(): ReadonlyMap<string, KeyName> {
    return this.#requests;
  }

  /** Requests that a former owner ended after a later one had taken over. */
  get disputed(): readonly string[] {
    return [...this.#disputed];
  }

  find(id: ParkedRecordId): ParkedEntryState | undefined {
    return this.#entries.get(idOf(id));
  }

  /** Applies the next record of the parking topic. */
  apply(stored: FetchedRecord): ParkedEntry | undefined {
    this.position = offsetAfter(stored.offset);
    const entry = parseEntry(stored);
    if (entry?.kind === 'parked') {
      const before = this.find(entry);
      const { offset, owner, topicId, record } = entry;
      const isLate = this.isLate(owner);
      this.#entries.set(idOf(entry), {
        offset,
        owner,
        topicId,
        key: keyNameOf(record),
        storedAt: stored.offset,
        isLate: isLate && before?.isLate !== false,
        isRepeated: isLate && before?.isLate === false,
      });
    } else if (entry) this.#note(entry);
    return entry;
  }

  /** A record was removed. */
  forget(id: ParkedRecordId): void {
    this.#entries.delete(idOf(id));
  }

  /** A release has ended. */
  endRelease(request: string): void {
    this.#requests.delete(request);
    this.#disputed.delete(request);
  }

  /** Whether a later owner has already taken over from this one. */
  protected isLate(owner: string): boolean {
    const [rank, latest] = [rankOf(owner), this.#latest === undefined ? LOWEST_RANK : rankOf(this.#latest)];
    // The names of earlier versions have no rank.
    return rank !== LOWEST_RANK && compareRanks(rank, latest) < 0;
  }

  #note(entry: Exclude<ParkedEntry, { kind: 'parked' }>): void {
    if (entry.kind === 'removed') this.forget(entry);
    else if (entry.kind === 'owner') this.#noteOwner(entry.owner, entry.ended);
    else if (!entry.ended) this.#request(entry.request, entry.key);
    else if (entry.ended.by === undefined || !this.isLate(entry.ended.by)) this.endRelease(entry.request);
    else if (this.#requests.has(entry.request)) this.#disputed.add(entry.request);
  }

  #request(request: string, key: KeyName): void {
    this.#requests.set(request, key);
    this.#disputed.delete(request);
  }

  #noteOwner(owner: string, ended: boolean): void {
    if (ended) this.#owners.delete(owner);
    else {
      this.#owners.add(owner);
      if (this.#latest === undefined || !this.isLate(owner)) this.#latest = owner;
    }
  }
}

function idOf({ offset, owner }: ParkedRecordId): string {
  return `${offset}:${owner}`;
}
