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

/** A record in a parking partition. */
export interface ParkedEntryState extends ParkedRecordId {
  readonly key: KeyName;
  readonly topicId: string | undefined;
  /** Its latest offset in the parking topic. */
  readonly storedAt: Offset;
  /**
   * Whether it was written by a former owner when a later one had the partition already. The former can't have
   * committed it then, so that the later got it from the log.
   */
  readonly isLate: boolean;
  /** Whether it came again, late, when it lay there already: as a write does that the network has held up. */
  readonly isRepeated: boolean;
}

/** The state of one partition of a parking topic, as far as read: parked records and requested releases. */
export class ParkedPartition {
  readonly #places = new Map<string, ParkedEntryState>();
  readonly #owners = new Set<string>();
  readonly #requests = new Map<string, KeyName>();
  readonly #disputed = new Set<string>();
  #latest: string | undefined;
  /** The next offset to read. */
  position: Offset = toOffset(0);

  /** All records, by ownership from the earliest on, each in the order of its log. */
  get storedRecords(): ParkedEntryState[] {
    return [...this.#places.values()].toSorted(
      (a, b) => compareRanks(rankOf(a.owner), rankOf(b.owner)) || compareOffsets(a.offset, b.offset),
    );
  }

  /** What is parked. */
  get parked(): ParkedEntryState[] {
    return this.storedRecords.filter(({ isLate }) => !isLate);
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** The owners that have said so. */
  get owners(): readonly string[] {
    return [...this.#owners];
  }

  /** The latest owner that has said so. */
  get latestOwner(): string | undefined {
    return this.#latest;
  }

  /** What was asked for and has not ended, by request. */
  get requests(): ReadonlyMap<string, KeyName> {
    return this.#requests;
  }

  /** Requests that a former owner ended while a later one was working on them. */
  get disputed(): readonly string[] {
    return [...this.#disputed];
  }

  find(name: ParkedRecordId): ParkedEntryState | undefined {
    return this.#places.get(idOf(name));
  }

  /** Takes in the next record of the parking topic. */
  apply(stored: FetchedRecord): ParkedEntry | undefined {
    this.position = offsetAfter(stored.offset);
    const entry = parseEntry(stored);
    if (entry?.kind === 'parked') {
      const before = this.find(entry);
      const { offset, owner, topicId, record } = entry;
      const isLate = this.isLate(owner);
      this.#places.set(idOf(entry), {
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
  forget(name: ParkedRecordId): void {
    this.#places.delete(idOf(name));
  }

  /** A release has ended. */
  endRelease(request: string): void {
    this.#requests.delete(request);
    this.#disputed.delete(request);
  }

  /** Whether what an owner writes now comes when a later one has the partition already. */
  protected isLate(owner: string): boolean {
    const [rank, latest] = [rankOf(owner), this.#latest === undefined ? LOWEST_RANK : rankOf(this.#latest)];
    // Of an owner of the version before this one it can't be told.
    return rank !== LOWEST_RANK && compareRanks(rank, latest) < 0;
  }

  #note(entry: Exclude<ParkedEntry, { kind: 'parked' }>): void {
    if (entry.kind === 'taken out') this.forget(entry);
    else if (entry.kind === 'owner') this.#noteOwner(entry.owner, entry.ended);
    else if (!entry.ended) this.#ask(entry.request, entry.key);
    else if (entry.ended.by === undefined || !this.isLate(entry.ended.by)) this.endRelease(entry.request);
    else if (this.#requests.has(entry.request)) this.#disputed.add(entry.request);
  }

  #ask(request: string, key: KeyName): void {
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
